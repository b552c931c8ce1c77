package org.dtssync.app.tasks;

import java.util.List;
import java.util.Optional;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.progress.ProgressStore;
import org.dtssync.app.structure.ObjectState;
import org.dtssync.app.structure.StoredObject;
import org.dtssync.app.structure.StructureStore;
import org.dtssync.app.task.Route;
import org.dtssync.connectors.postgres.DatabaseConnections;

/**
 * The schema objects of one task, as they are kept at the destination: see, correct and skip them. A run uses what was
 * corrected. Thread-safe.
 */
public final class TaskStructure {

    private final ProgressStore progress;
    private final StructureStore store;

    TaskStructure(TaskFile task) {
        DatabaseConnections destination = Route.forReading(task).destination();
        this.progress = new ProgressStore(destination, task.name());
        this.store = new StructureStore(destination, task.name());
    }

    /**
     * One schema object.
     *
     * @param name names it in the task, for example {@code index:public.orders_by_day}
     * @param section when it is made
     * @param state how far it is
     * @param done whether nothing is left to do with it
     * @param statement the SQL that makes it, the corrected one if there is one
     * @param error PostgreSQL's message, if it was refused
     */
    public record Item(
            String name, String section, String state, boolean done, String statement, Optional<String> error) {

        static Item of(StoredObject stored) {
            return new Item(
                    stored.object().name(),
                    stored.object().section().label(),
                    stored.state().label(),
                    stored.state() == ObjectState.DONE,
                    stored.statement(),
                    stored.error());
        }
    }

    /** Returns all objects in the order in which they are made; none before a run has read them from the source. */
    public List<Item> list() {
        return progress.exists() ? store.list().stream().map(Item::of).toList() : List.of();
    }

    /** Returns one object. */
    public Item show(String name) {
        return Item.of(store.show(name));
    }

    /** Gives one that is not made yet another statement. */
    public void set(String name, String sql) {
        store.set(name, sql);
    }

    /**
     * Leaves one out.
     *
     * @return the names of others that mention it
     */
    public List<String> skip(String name) {
        List<String> mentions = store.mentions(name);
        store.skip(name);
        return mentions;
    }
}
