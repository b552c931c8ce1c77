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
            "left-out",
            "structure-reader");

    private Checks() {}

    static List<Check> all() {
        return List.of(
                both("version", Stage.PREPARE, ServerChecks::version),
                both("encoding", Stage.PREPARE, ServerChecks::encoding),
                both("collation", Stage.PREPARE, ServerChecks::collation),
                both("same-database", Stage.PREPARE, ServerChecks::sameDatabase),
                both("clock", Stage.PREPARE, ServerChecks::clock),
                source("source-primary", Stage.PREPARE, SourceChecks::primary),
                source("wal-level", Stage.PREPARE, SourceChecks::walLevel),
                both("replication-slots", Stage.PREPARE, SourceChecks::replicationSlots),
                source("wal-senders", Stage.PREPARE, SourceChecks::walSenders),
                source("wal-kept", Stage.STREAM, SourceChecks::walKept),
                source("long-transactions", Stage.PREPARE, SourceChecks::longTransactions),
                source("prepared-transactions", Stage.PREPARE, SourceChecks::preparedTransactions),
                destination("destination-writable", Stage.PREPARE, DestinationChecks::writable),
                source("source-rights", Stage.PREPARE, RightsChecks::source),
                source("source-table-rights", Stage.PREPARE, RightsChecks::sourceTables),
                source("source-row-security", Stage.LOAD, RightsChecks::sourceRowSecurity),
                both("destination-rights", Stage.LOAD, RightsChecks::destination),
                both("destination-row-security", Stage.STREAM, RightsChecks::destinationRowSecurity),
                both("replication-role", Stage.STREAM, RightsChecks::replicationRole),
                source("selection", Stage.LOAD, TableChecks::selection),
                source("replica-identity", Stage.STREAM, IdentityChecks::replicaIdentity),
                source("partition-identity", Stage.STREAM, IdentityChecks::partitionIdentity),
                source("partition-old-values", Stage.STREAM, IdentityChecks::partitionOldValues),
                source("generated-identity", Stage.STREAM, IdentityChecks::generatedIdentity),
                source("kept-identities", Stage.STREAM, IdentityChecks::kept),
                both("carried-commands", Stage.STREAM, DdlChecks::carried),
                both("carried-rights", Stage.STREAM, DdlChecks::rights),
                source("table-without-key", Stage.LOAD, IdentityChecks::withoutKey),
                source("column-names", Stage.STREAM, TableChecks::columnNames),
                source("table-without-columns", Stage.LOAD, TableChecks::withoutColumns),
                source("column-types", Stage.STREAM, TypeChecks::columnTypes),
                source("unlogged-tables", Stage.PREPARE, TableChecks::unlogged),
                source("foreign-tables", Stage.PREPARE, TableChecks::foreign),
                source("temporary-tables", Stage.SWITCHOVER, TableChecks::temporary),
                both("partition-identity-columns", Stage.LOAD, RuleChecks::partitionNumbers),
                both("always-triggers", Stage.STREAM, TableChecks::alwaysTriggers),
                source("late-checks", Stage.SWITCHOVER, RuleChecks::lateChecks),
                source("source-event-triggers", Stage.SWITCHOVER, RuleChecks::eventTriggers),
                source("search-path", Stage.LOAD, RuleChecks::searchPath),
                source("large-objects", Stage.SWITCHOVER, ObjectChecks::largeObjects),
                source("c-functions", Stage.LOAD, ObjectChecks::cFunctions),
                both("extensions", Stage.LOAD, ObjectChecks::extensions),
                both("roles", Stage.LOAD, ObjectChecks::roles),
                both("owner-rights", Stage.LOAD, OwnershipChecks::owners),
                both("schema-grants", Stage.SWITCHOVER, OwnershipChecks::schemaGrants),
                both("extension-rights", Stage.LOAD, OwnershipChecks::extensions),
                both("superuser-objects", Stage.LOAD, OwnershipChecks::superuserObjects),
                both("tablespaces", Stage.LOAD, ObjectChecks::tablespaces),
                source("structure-reader", Stage.LOAD, ReaderCheck::reader),
                both("not-carried", Stage.SWITCHOVER, NotCarriedChecks::notCarried),
                source("left-out", Stage.SWITCHOVER, NotCarriedChecks::leftOut),
                both("existing-objects", Stage.LOAD, DestinationChecks::existingObjects),
                both("existing-names", Stage.LOAD, ExistingNames::existing),
                both("existing-columns", Stage.STREAM, DestinationChecks::existingColumns),
                destination("event-triggers", Stage.LOAD, DestinationChecks::eventTriggers),
                both("leftovers", Stage.PREPARE, LeftoverChecks::leftovers),
                source("sizes", Stage.LOAD, TableChecks::sizes),
                both("table-count", Stage.LOAD, ServerChecks::tableCount),
                new Check("kafka-properties", Stage.PREPARE, Set.of(), KafkaChecks::properties),
                new Check("registry-properties", Stage.PREPARE, Set.of(), RegistryChecks::properties),
                source("topic-names", Stage.PREPARE, KafkaChecks::topicNames),
                new Check(
                        "topics",
                        Stage.PREPARE,
                        Set.of(Server.SOURCE, Server.DESTINATION, Server.KAFKA),
                        KafkaChecks::existingTopics),
                new Check("topic-rights", Stage.PREPARE, Set.of(Server.KAFKA), KafkaChecks::rights),
                new Check("replication-factor", Stage.STREAM, Set.of(Server.KAFKA), KafkaChecks::replicationFactor),
                new Check("message-size", Stage.STREAM, Set.of(Server.SOURCE, Server.KAFKA), MessageSizeCheck::look),
                new Check("transaction-timeout", Stage.STREAM, Set.of(Server.KAFKA), KafkaChecks::transactionTimeout),
                source("retention", Stage.STREAM, KafkaChecks::retention),
                destination("bases", Stage.STREAM, KafkaChecks::bases));
    }

    private static Check source(String id, Stage stage, Looking looking) {
        return new Check(id, stage, Set.of(Server.SOURCE), looking);
    }

    private static Check destination(String id, Stage stage, Looking looking) {
        return new Check(id, stage, Set.of(Server.DESTINATION), looking);
    }

    private static Check both(String id, Stage stage, Looking looking) {
        return new Check(id, stage, Set.of(Server.SOURCE, Server.DESTINATION), looking);
    }
}
