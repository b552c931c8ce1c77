package org.dtssync.app.snapshot;

/** The two forms of COPY, with the clause that asks for each. */
enum CopyFormat {

    /** Each value as its type prints it: understood by every version, and by a column of another type. */
    TEXT(""),

    /** Each value as its type sends it, which spares both servers the printing and the parsing. */
    BINARY(" WITH (FORMAT binary)");

    private final String clause;

    CopyFormat(String clause) {
        this.clause = clause;
    }

    /** Returns the clause for the end of a COPY statement. */
    String sql() {
        return clause;
    }
}
