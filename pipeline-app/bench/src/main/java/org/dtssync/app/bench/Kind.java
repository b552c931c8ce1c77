package org.dtssync.app.bench;

/** Who takes part in the parts that stream. */
enum Kind {
    /** dts-sync. */
    DTS,
    /** dts-sync that writes values in PostgreSQL's text. */
    TEXT_VALUES,
    /** dts-sync of another build or with other options for its JVM. */
    VARIANT,
    /** PostgreSQL's own logical replication. */
    OWN,
    /** Debezium Embedded that throws everything away. */
    CEILING,
    /** Debezium's source and JDBC sink in a Kafka Connect worker. */
    SINK;

    /** Makes a contender with a destination database of its own. */
    Contender contender(Lab lab, Workload workload, Database source, int workers) {
        return switch (this) {
            case DTS ->
                new DtsSync(lab, source, lab.destination().createDatabase("dts"), workers, DtsSync.Build.own(lab));
            case TEXT_VALUES ->
                new DtsSync(
                        lab,
                        source,
                        lab.destination().createDatabase("text_values"),
                        workers,
                        DtsSync.Build.own(lab).withTexts());
            case VARIANT ->
                new DtsSync(
                        lab,
                        source,
                        lab.destination().createDatabase("variant"),
                        workers,
                        lab.layout().variant());
            case OWN -> new Subscription(workload, source, lab.destination().createDatabase("own"));
            case CEILING -> new Ceiling(lab, source);
            case SINK ->
                new ConnectSink(lab, workload, source, lab.destination().createDatabase("sink"));
        };
    }
}
