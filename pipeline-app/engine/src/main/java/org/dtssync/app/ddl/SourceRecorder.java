package org.dtssync.app.ddl;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.End;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The recorder of one task at its source: installed when the task begins, and watched while it runs.
 *
 * @param task the task's name
 * @param publication its publication
 * @param objects which tables belong to it
 * @param imageBytes the size of a table, in bytes, up to which rows that a command has written itself are sent
 */
public record SourceRecorder(End side, String task, String publication, ObjectSelection objects, long imageBytes) {

    private static final Logger LOG = LoggerFactory.getLogger(SourceRecorder.class);

    private static final String CONTINUE =
            "Run again: that records from then on, and names the tables that were changed meanwhile. Other objects that were"
                    + " changed meanwhile, such as views and functions, have to be changed at the ";

    /**
     * Installs the recorder, if it is missing.
     *
     * @throws SyncException of kind PRECHECK if the account may not
     */
    public void install(Connection source) throws SQLException {
        if (DdlRecorder.isInstalled(source)) {
            return;
        }
        if (!DdlRecorder.mayInstall(source)) {
            throw new SyncException(
                    FaultKind.PRECHECK,
                    (side == End.SOURCE ? "ddl.mode" : "ddl.reverse") + " needs event triggers at the " + side
                            + ", which the account of task " + task + " may not make.",
                    "Have a superuser run there what dts-sync precheck prints under carried-commands, or "
                            + (side == End.SOURCE ? "begin the task with ddl.mode stop." : "set ddl.reverse: stop."));
        }
        DdlRecorder.install(source);
        LOG.info("Event triggers record changes of the structure at the {}. task={}", side, task);
    }

    /** Records from here on what the task selects. */
    public void enter(Connection source) throws SQLException {
        DdlRecorder.enter(
                source,
                new DdlRecorder.Task(
                        task, publication, objects.includeExpressions(), objects.excludeExpressions(), imageBytes));
    }

    /** Repairs what keeps commands from being recorded; the marks of tables show the tables that were changed meanwhile. */
    public void resume(Connection source) throws SQLException {
        Optional<String> gap = DdlRecorder.gap(source, task, publication);
        if (gap.isEmpty()) {
            return;
        }
        LOG.warn(
                "Changes of the structure were not recorded for a while; views, functions and other objects that are no tables"
                        + " may have been changed. task={} reason={}",
                task,
                gap.get());
        boolean known = DdlRecorder.knows(source, task);
        boolean published = DdlRecorder.isPublished(source, publication);
        install(source);
        source.setAutoCommit(false);
        try {
            enter(source);
            if (!known || !published) {
                DdlRecorder.doubt(source, task, !known);
            }
            source.commit();
        } catch (SQLException e) {
            source.rollback();
            throw e;
        } finally {
            source.setAutoCommit(true);
        }
    }

    /**
     * Requires that commands are recorded.
     *
     * @throws SyncException of kind SHAPE_CHANGED if they are not
     */
    public void require(Connection source) throws SQLException {
        Optional<String> gap = DdlRecorder.gap(source, task, publication);
        if (gap.isPresent()) {
            throw new SyncException(
                    FaultKind.SHAPE_CHANGED,
                    "The recorder of structure changes at the " + side + " does not work: " + gap.get() + ".",
                    CONTINUE + (side == End.SOURCE ? End.DESTINATION : End.SOURCE) + " by hand.");
        }
    }
}
