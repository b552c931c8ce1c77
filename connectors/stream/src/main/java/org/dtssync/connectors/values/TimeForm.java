package org.dtssync.connectors.values;

import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.jspecify.annotations.Nullable;

/** Dates and times without a zone, as the numbers that Debezium makes of them. */
enum TimeForm implements ValueForm {
    /** {@code date}: days since 1970. */
    DATE("io.debezium.time.Date", Schema.Type.INT32) {
        @Override
        long number(String text) {
            return CivilTime.days(text);
        }

        @Override
        String textOf(long number) {
            return CivilTime.date(number);
        }

        /** What Debezium makes of them, in this order: a day of the year -5877611 and the day after it. */
        @Override
        public @Nullable Object instead(String text) {
            return switch (text) {
                case INFINITY -> -2_147_472_692;
                case MINUS_INFINITY -> -2_147_472_691;
                default -> null;
            };
        }
    },
    /** {@code time}: microseconds since midnight. */
    TIME("io.debezium.time.MicroTime", Schema.Type.INT64) {
        @Override
        long number(String text) {
            return CivilTime.micros(text);
        }

        @Override
        String textOf(long number) {
            return CivilTime.time(number);
        }
    },
    /** {@code timestamp} with more than three digits of fractions: microseconds since 1970. */
    TIMESTAMP("io.debezium.time.MicroTimestamp", Schema.Type.INT64) {
        @Override
        long number(String text) {
            return CivilTime.timestamp(text, "");
        }

        @Override
        String textOf(long number) {
            return CivilTime.timestamp(number, "");
        }

        @Override
        public Object instead(String text) {
            return text.equals(MINUS_INFINITY) ? MINUS_INFINITY_MICROS : INFINITY_MICROS;
        }
    },
    /** {@code timestamp} with up to three digits of fractions: milliseconds since 1970. */
    TIMESTAMP_MILLIS("io.debezium.time.Timestamp", Schema.Type.INT64) {
        @Override
        long number(String text) {
            long micros = CivilTime.timestamp(text, "");
            return micros == CivilTime.REFUSED || micros % 1000 != 0 ? CivilTime.REFUSED : micros / 1000;
        }

        @Override
        String textOf(long number) {
            return CivilTime.timestamp(number * 1000, "");
        }

        @Override
        public Object instead(String text) {
            return Math.floorDiv(text.equals(MINUS_INFINITY) ? MINUS_INFINITY_MICROS : INFINITY_MICROS, 1000L);
        }
    };

    private static final String INFINITY = "infinity";
    private static final String MINUS_INFINITY = "-infinity";

    /** The ends of time, as Debezium has them. */
    private static final long INFINITY_MICROS = 9_223_372_036_825_200_000L;

    private static final long MINUS_INFINITY_MICROS = -9_223_372_036_832_400_000L;

    private final String schemaName;
    private final Schema.Type type;

    TimeForm(String schemaName, Schema.Type type) {
        this.schemaName = schemaName;
        this.type = type;
    }

    /** Returns the form of a schema; null if it is none of these. */
    static @Nullable TimeForm of(String schemaName) {
        for (TimeForm form : values()) {
            if (form.schemaName.equals(schemaName)) {
                return form;
            }
        }
        return null;
    }

    abstract long number(String text);

    abstract String textOf(long number);

    private Object boxed(long number) {
        if (type == Schema.Type.INT32) {
            return (int) number;
        }
        return number;
    }

    @Override
    public SchemaBuilder schema() {
        return new SchemaBuilder(type).name(schemaName).version(1);
    }

    @Override
    public @Nullable Object value(String text) {
        long number = number(text);
        return number == CivilTime.REFUSED ? null : boxed(number);
    }

    @Override
    public Object empty() {
        return boxed(0);
    }

    @Override
    public String text(Object value) {
        return textOf(((Number) value).longValue());
    }
}
