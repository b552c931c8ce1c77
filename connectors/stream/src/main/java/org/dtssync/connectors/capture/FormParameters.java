package org.dtssync.connectors.capture;

/** Parameters by which a source describes the columns of its rows. They are not in the topics. */
public final class FormParameters {

    /** What determines the form of a column's values, as {@link org.dtssync.connectors.values.ColumnForm} prints it. */
    public static final String FORM = "dts.form";

    /** Set if the column is not nullable. */
    public static final String REQUIRED = "dts.required";

    /** The expression of the column's default, if it has one and is not nullable. */
    public static final String DEFAULT = "dts.default";

    /** The length of a domain's values, which Debezium takes from the type below it. */
    public static final String LENGTH = "dts.length";

    /** The same of their scale. */
    public static final String SCALE = "dts.scale";

    private FormParameters() {}
}
