package org.dtssync.app.structure;

/** SQL that prints grants of the role that gave them: others than the owner hand on what they were allowed to. */
final class GrantedBy {

    private GrantedBy() {}

    /**
     * Returns an aggregate over the entries {@code g (grantor, ..., place)} of an access control list.
     *
     * @param owner the owner of the object
     * @param grant an expression for one GRANT statement
     */
    static String statements(String owner, String grant) {
        return """
                string_agg(CASE WHEN g.grantor = %1$s THEN E';\\n' || %2$s
                                ELSE format(E';\\nSET LOCAL ROLE %%I;\\n', pg_get_userbyid(g.grantor)) || %2$s
                                     || E';\\nSET LOCAL ROLE NONE' END, '' ORDER BY g.grantor <> %1$s, g.place)""".formatted(owner, grant);
    }

    /** The end of a GRANT statement for the entry {@code g}. */
    static final String GRANTEE = """
            CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END
            || CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END""";
}
