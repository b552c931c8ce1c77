package org.dtssync.app.pipeline;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** What differs between the records of a task and those of Debezium's connector, as docs/reading-topics.md lists it with its reason. */
enum KnownDifference {
    TEXTS(
            "`timetz`, `interval`, `money`, `bit varying`, `hstore`, geometric types",
            "every_type\\.(after|before)\\.(ttz|iv|m|vb|hs|pt)"),
    LEFT_OUT("types that Debezium leaves out", ".*\\.(after|before)\\.\\w+ schema: Schema\\{STRING\\} \\| null$"),
    NAMES("`name` has its value", "every_type\\.(after|before)\\.nm value"),
    NUMERIC(
            "`numeric` without a precision",
            "(every_type\\.(after|before)\\.v|topics_arrays\\.(after|before)\\.n|topics_defaults\\.(after|before)\\.n2)(\\[\\])?(\\.scale|\\.value| parameter __debezium)"),
    RANGE_ARRAYS(
            "arrays of ranges",
            "(every_type\\.(after|before)\\.ra|topics_arrays\\.(after|before)\\.r) (type|value|schema)"),
    DEFAULTS(
            "defaults only of columns that are `NOT NULL`",
            "\\w+\\.(after|before|key)\\.\\w+ default: null \\| (?!null)"),
    PARAMETERS("two more parameters", ".* parameter (postgresql\\.type|dts\\.bits):"),
    HEADERS("no headers", "\\w+ headers: \\[\\] \\| \\[__debezium\\."),
    SOURCE("`source.name`", "\\w+\\.source\\.(name|version) value"),
    SEQUENCE("the first part of `source.sequence`", "\\w+\\.source\\.sequence value"),
    ENUM_ARRAYS("arrays of enums", "topics_arrays\\.(after|before)\\.e(\\[\\] optional| value)"),
    TIMES("`ts_ms`", "\\w+\\.(source\\.)?ts_[mun]s value"),
    UNCHANGED(
            "with `topics.unchanged: read` the value",
            "(topics_defaults\\.after\\.big value: (large)+ \\| __debezium_unavailable_value$|t\\d+\\.after\\.(big|tags)(\\[\\])? (value|optional)"
                    + ".*__debezium_unavailable_value)"),
    TRANSACTION("`transaction.id`", "\\w+\\.transaction\\.id value"),
    KEY("the key", "topics_(index|keyless)\\.key");

    private final String row;
    private final Pattern differences;

    KnownDifference(String row, String differences) {
        this.row = row;
        this.differences = Pattern.compile("^(" + differences + ").*", Pattern.DOTALL);
    }

    /** Returns the one that a difference is. */
    static Optional<KnownDifference> of(String difference) {
        return Arrays.stream(values())
                .filter(known -> known.differences.matcher(difference).matches())
                .findFirst();
    }

    /** Returns what its row of the page begins with. */
    String row() {
        return row;
    }
}
