package org.dtssync.app.bench;

import java.util.List;

/** What is written at the source while nobody reads, the same for all contenders. */
interface Workload {

    /** Returns the row changes of the backlog. */
    long changes();

    /** Returns the same with another number of row changes. */
    Workload withChanges(long number);

    /** Creates the empty tables: at both ends for those who bring no structure of their own. */
    void createTables(Database database);

    /** Creates what writes, and the first rows. */
    void prepareSource(Database source);

    /** Writes the backlog and behind it what shows its end; returns how long that took, in seconds. */
    double write(Database source);

    /** Returns a query for the progress of a destination, a number. */
    String progressQuery();

    /** Returns a query that shows whether a destination has the end of the backlog. */
    String endQuery();

    /** Returns all tables. */
    List<String> tableNames();
}
