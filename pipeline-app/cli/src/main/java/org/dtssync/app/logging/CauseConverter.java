package org.dtssync.app.logging;

import ch.qos.logback.classic.pattern.ThrowableHandlingConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;

/** Prints an error as its name and the file that has its trace, on the line of the message. */
public final class CauseConverter extends ThrowableHandlingConverter {

    @Override
    public String convert(ILoggingEvent event) {
        IThrowableProxy error = event.getThrowableProxy();
        if (error == null) {
            return "";
        }
        return " cause=" + TraceFile.summary(error)
                + TraceFile.write(event).map(file -> " trace_file=" + file).orElse("");
    }
}
