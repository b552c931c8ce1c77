package org.dtssync.app.logging;

import ch.qos.logback.classic.LoggerContext;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Sets up what is written to stderr. Called while a command starts, by one thread; stateless. */
public final class LogOutput {

    /** The context property with the task's name, which every line of JSON has. */
    static final String TASK = "task";

    /** The context property with the label of the task's phase. */
    static final String PHASE = "phase";

    /** Read by the logging configuration, which is loaded at the first log line: after the command line was parsed. */
    private static final String FORMAT = "dts.sync.log.format";

    private static final String JSON = "json";

    private LogOutput() {}

    /** Sends what libraries write to Java's own log the same way as everything else, and what ends a thread unexpectedly. */
    public static void gather() {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> LoggerFactory.getLogger(LogOutput.class)
                .error("An unexpected error ended a thread. name={}", thread.getName(), error));
    }

    /** Makes every line on stderr a JSON object, also what is printed there directly. To be called before the first log line. */
    public static void useJson() {
        System.setProperty(FORMAT, JSON);
        System.setErr(new PrintStream(new PrintedLines(), true, StandardCharsets.UTF_8));
    }

    /** Returns whether stderr is for programs: every line is a JSON object. */
    public static boolean isJson() {
        return JSON.equals(System.getProperty(FORMAT));
    }

    /** Names the task in every line from now on. */
    public static void task(String name) {
        put(TASK, name);
    }

    /** Names the phase in every line from now on. */
    public static void phase(String label) {
        put(PHASE, label);
    }

    private static void put(String name, String value) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.putProperty(name, value);
        }
    }
}
