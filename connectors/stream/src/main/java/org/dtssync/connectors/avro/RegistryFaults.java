package org.dtssync.connectors.avro;

import java.io.IOException;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** Turns registry failures into one actionable sentence. Never repeats credentials. */
final class RegistryFaults {

    private static final int MESSAGE_LIMIT = 300;

    private RegistryFaults() {}

    static SyncException unreachable(Object registry, IOException e) {
        RegistryFailure failure = RegistryFailure.of(e);
        return new SyncException(
                FaultKind.CONNECTION,
                "The schema registry " + registry + " cannot be reached: " + failure.reason() + ".",
                failure.remedy(),
                e);
    }

    static SyncException interrupted(Object registry, InterruptedException e) {
        return new SyncException(
                FaultKind.CONNECTION,
                "A request to the schema registry " + registry + " was interrupted.",
                "Run the same command again.",
                e);
    }

    static boolean isPassing(int status) {
        return status >= 500 || status == 429 || status == 408;
    }

    static SyncException refused(Object registry, String act, int status, String message) {
        String answer = "HTTP " + status + (message.isEmpty() ? "" : ", " + shorten(message));
        if (isPassing(status)) {
            return new SyncException(
                    FaultKind.CONNECTION,
                    "The schema registry " + registry + " could not " + act + " (" + answer + ").",
                    "See the registry's log.");
        }
        return switch (status) {
            case 401 ->
                new SyncException(
                        FaultKind.ACCESS,
                        "The schema registry " + registry + " refused our credentials when asked to " + act
                                + " (HTTP 401).",
                        "Set " + RegistryClientSettings.USER_INFO + " to user:password.");
            case 403 ->
                new SyncException(
                        FaultKind.ACCESS,
                        "The schema registry " + registry + " does not allow us to " + act + " (HTTP 403).",
                        "Give the account the right to read, register and configure the task's subjects.");
            case 409 ->
                new SyncException(
                        FaultKind.DATA,
                        "The schema registry " + registry + " refused to " + act + " as incompatible (" + answer + ").",
                        "Set the subject's compatibility to NONE; in Apicurio set the global one, which wins over a subject's"
                                + " NONE there.");
            default ->
                new SyncException(
                        FaultKind.DATA,
                        "The schema registry " + registry + " refused to " + act + " (" + answer + ").",
                        "Check that the registry is the one the topics were written with.");
        };
    }

    static SyncException otherApi(Object registry, int status) {
        return new SyncException(
                FaultKind.USAGE,
                "The server at " + registry + " does not provide the Confluent schema registry API (HTTP " + status
                        + ").",
                "Set the base URL of that API as " + RegistryClientSettings.KEY
                        + "; Apicurio's ends in /apis/ccompat/v7.");
    }

    private static String shorten(String message) {
        String line = message.lines().findFirst().orElse("");
        return line.length() <= MESSAGE_LIMIT ? line : line.substring(0, MESSAGE_LIMIT) + "...";
    }
}
