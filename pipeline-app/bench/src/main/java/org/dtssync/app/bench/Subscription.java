package org.dtssync.app.bench;

import java.util.Optional;

/** PostgreSQL's own logical replication between the same servers. */
final class Subscription implements Contender {

    private final Workload workload;
    private final Database source;
    private final Database destination;
    private final String name;

    Subscription(Workload workload, Database source, Database destination) {
        this.workload = workload;
        this.source = source;
        this.destination = destination;
        this.name = "s_" + destination.name();
    }

    @Override
    public String name() {
        return "PostgreSQL's own replication";
    }

    @Override
    public void prepare() {
        workload.createTables(destination);
        Seeds.copy(workload, source, destination);
        source.execute("CREATE PUBLICATION " + name + " FOR TABLES IN SCHEMA public");
        destination.execute("CREATE SUBSCRIPTION " + name + " CONNECTION '" + source.connectionString()
                + "' PUBLICATION " + name + " WITH (copy_data = false, enabled = false, create_slot = true)");
    }

    @Override
    public void start() {
        destination.execute("ALTER SUBSCRIPTION " + name + " ENABLE");
    }

    @Override
    public Optional<Database> destination() {
        return Optional.of(destination);
    }

    @Override
    public Optional<Child> process() {
        return Optional.empty();
    }

    @Override
    public void close() {
        destination.execute(
                "ALTER SUBSCRIPTION " + name + " DISABLE",
                "ALTER SUBSCRIPTION " + name + " SET (slot_name = NONE)",
                "DROP SUBSCRIPTION " + name);
        Slots.drop(source, name);
        source.execute("DROP PUBLICATION " + name);
    }
}
