package org.dtssync.app.precheck;

/**
 * What a later part of the task found about itself, for the precheck to report. Immutable.
 *
 * @param id which check
 * @param stage the part that would be refused
 * @param server where something must be changed; a pass has one too
 * @param passed whether nothing must be
 * @param message one sentence that names the problem
 * @param sql statements that solve it; may be empty
 * @param text what to do without them, or in addition; may be empty
 */
public record LaterFinding(
        String id, Stage stage, String server, boolean passed, String message, String sql, String text) {

    Advice advice() {
        for (Advice.Place place : Advice.Place.values()) {
            if (place.label().equals(server)) {
                return sql.isEmpty()
                        ? Advice.text(place, text)
                        : Advice.sql(place, sql).and(text);
            }
        }
        return Advice.text(text);
    }
}
