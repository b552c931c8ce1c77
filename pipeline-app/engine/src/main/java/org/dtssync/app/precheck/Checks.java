package org.dtssync.app.precheck;

import java.util.List;
import java.util.Set;
import org.dtssync.app.precheck.Check.Looking;
import org.dtssync.app.precheck.Check.Server;

/** Every check, in the order in which they run and are reported. */
final class Checks {

    /** Checks that matter only if tables are created and loaded, which a mirror does not do; and its destination may be the older server. */
    static final Set<String> OF_THE_LOAD = Set.of(
            "version",
            "existing-objects",
            "existing-names",
            "event-triggers",
            "late-checks",
            "search-path",
            "large-objects",
            "c-functions",
            "extensions",
            "roles",
            "owner-rights",
            "schema-grants",
            "extension-rights",
            "superuser-objects",
            "tablespaces",
            "not-carried",
            "structure-reader");

    private Checks() {}

    static List<Check> all() {
        return List.of(
                both("version", ServerChecks::version),
                both("encoding", ServerChecks::encoding),
                both("collation", ServerChecks::collation),
                both("same-database", ServerChecks::sameDatabase),
                both("clock", ServerChecks::clock),
                source("source-primary", SourceChecks::primary),
                source("wal-level", SourceChecks::walLevel),
                both("replication-slots", SourceChecks::replicationSlots),
                source("wal-senders", SourceChecks::walSenders),
                source("wal-kept", SourceChecks::walKept),
                source("long-transactions", SourceChecks::longTransactions),
                source("prepared-transactions", SourceChecks::preparedTransactions),
                destination("destination-writable", DestinationChecks::writable),
                source("source-rights", RightsChecks::source),
                source("source-table-rights", RightsChecks::sourceTables),
                source("source-row-security", RightsChecks::sourceRowSecurity),
                both("destination-rights", RightsChecks::destination),
                both("destination-row-security", RightsChecks::destinationRowSecurity),
                both("replication-role", RightsChecks::replicationRole),
                source("selection", TableChecks::selection),
                source("replica-identity", IdentityChecks::replicaIdentity),
                source("partition-identity", IdentityChecks::partitionIdentity),
                source("generated-identity", IdentityChecks::generatedIdentity),
                source("table-without-key", IdentityChecks::withoutKey),
                source("column-names", TableChecks::columnNames),
                source("table-without-columns", TableChecks::withoutColumns),
                source("column-types", TypeChecks::columnTypes),
                source("unlogged-tables", TableChecks::unlogged),
                source("foreign-tables", TableChecks::foreign),
                source("temporary-tables", TableChecks::temporary),
                source("always-triggers", TableChecks::alwaysTriggers),
                source("late-checks", RuleChecks::lateChecks),
                source("source-event-triggers", RuleChecks::eventTriggers),
                source("search-path", RuleChecks::searchPath),
                source("large-objects", ObjectChecks::largeObjects),
                source("c-functions", ObjectChecks::cFunctions),
                both("extensions", ObjectChecks::extensions),
                both("roles", ObjectChecks::roles),
                both("owner-rights", OwnershipChecks::owners),
                both("schema-grants", OwnershipChecks::schemaGrants),
                both("extension-rights", OwnershipChecks::extensions),
                both("superuser-objects", OwnershipChecks::superuserObjects),
                both("tablespaces", ObjectChecks::tablespaces),
                source("structure-reader", ReaderCheck::reader),
                source("not-carried", NotCarriedChecks::notCarried),
                both("existing-objects", DestinationChecks::existingObjects),
                both("existing-names", ExistingNames::existing),
                both("existing-columns", DestinationChecks::existingColumns),
                destination("event-triggers", DestinationChecks::eventTriggers),
                both("leftovers", LeftoverChecks::leftovers),
                source("sizes", TableChecks::sizes),
                both("table-count", ServerChecks::tableCount),
                source("topic-names", KafkaChecks::topicNames),
                new Check(
                        "topics", Set.of(Server.SOURCE, Server.DESTINATION, Server.KAFKA), KafkaChecks::existingTopics),
                new Check("replication-factor", Set.of(Server.KAFKA), KafkaChecks::replicationFactor),
                new Check("message-size", Set.of(Server.SOURCE, Server.KAFKA), MessageSizeCheck::look),
                new Check("transaction-timeout", Set.of(Server.KAFKA), KafkaChecks::transactionTimeout),
                source("retention", KafkaChecks::retention));
    }

    private static Check source(String id, Looking looking) {
        return new Check(id, Set.of(Server.SOURCE), looking);
    }

    private static Check destination(String id, Looking looking) {
        return new Check(id, Set.of(Server.DESTINATION), looking);
    }

    private static Check both(String id, Looking looking) {
        return new Check(id, Set.of(Server.SOURCE, Server.DESTINATION), looking);
    }
}
