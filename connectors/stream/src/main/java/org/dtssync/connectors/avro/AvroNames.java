package org.dtssync.connectors.avro;

import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** The names and properties that Confluent's converter puts into Avro schemas, and Avro's rule for names. */
final class AvroNames {

    static final String NAMESPACE = "io.confluent.connect.avro";
    /** The record name of a struct without a name. */
    static final String DEFAULT_RECORD = "ConnectDefault";
    /** The record name of the entries of a map whose keys are not plain strings. */
    static final String MAP_ENTRY = "MapEntry";

    static final String KEY_FIELD = "key";
    static final String VALUE_FIELD = "value";

    static final String CONNECT_NAME = "connect.name";
    static final String CONNECT_DOC = "connect.doc";
    static final String CONNECT_VERSION = "connect.version";
    static final String CONNECT_DEFAULT = "connect.default";
    static final String CONNECT_PARAMETERS = "connect.parameters";
    static final String CONNECT_TYPE = "connect.type";
    static final String CONNECT_INTERNAL_TYPE = "connect.internal.type";
    static final String INT8 = "int8";
    static final String INT16 = "int16";

    /** Parameters of a Connect schema that stand for the documentation of the Avro record and its fields. */
    static final String RECORD_DOC = NAMESPACE + ".record.doc";

    static final String FIELD_DOC_PREFIX = NAMESPACE + ".field.doc.";
    /** Set by Confluent's converter where a default came from an Avro field. */
    static final String FIELD_DEFAULT_FLAG = NAMESPACE + ".field.default";
    /** Parameters of a string that was an Avro enum. */
    static final String ENUM = NAMESPACE + ".Enum";

    static final String ENUM_DOC_PREFIX = NAMESPACE + ".enum.doc.";
    static final String ENUM_DEFAULT_PREFIX = NAMESPACE + ".enum.default.";

    /** Properties that begin like this are carried as parameters as they are. */
    static final String AVRO_PREFIX = "avro";

    static final String LOGICAL_TYPE = "logicalType";
    static final String LOGICAL_DECIMAL = "decimal";
    static final String LOGICAL_DATE = "date";
    static final String LOGICAL_TIME = "time-millis";
    static final String LOGICAL_TIMESTAMP = "timestamp-millis";
    static final String SCALE = "scale";
    static final String PRECISION = "precision";
    static final String FIXED_SIZE = "connect.fixed.size";
    static final String DECIMAL_PRECISION = "connect.decimal.precision";
    static final int DEFAULT_DECIMAL_PRECISION = 64;

    private AvroNames() {}

    /** Fails unless a field's name is legal in Avro. */
    static String requireField(String name, String path) {
        if (!isName(name, 0, name.length())) {
            throw new SyncException(
                    FaultKind.DATA,
                    "Field " + path + " has a name that Avro does not allow.",
                    "Avro names consist of letters, digits and underscores and do not begin with a digit.");
        }
        return name;
    }

    /** Fails unless each part of a struct's dotted name is legal in Avro. */
    static String requireFullName(String name, String path) {
        int start = 0;
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', start)) {
            requirePart(name, start, dot, path);
            start = dot + 1;
        }
        requirePart(name, start, name.length(), path);
        return name;
    }

    private static void requirePart(String name, int start, int end, String path) {
        if (!isName(name, start, end)) {
            throw new SyncException(
                    FaultKind.DATA,
                    "The schema name " + name + " of " + path + " is not a legal Avro name.",
                    "Avro names consist of letters, digits and underscores and do not begin with a digit.");
        }
    }

    private static boolean isName(String name, int start, int end) {
        for (int i = start; i < end; i++) {
            char c = name.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
            boolean digit = c >= '0' && c <= '9' && i > start;
            if (!letter && !digit) {
                return false;
            }
        }
        return end > start;
    }
}
