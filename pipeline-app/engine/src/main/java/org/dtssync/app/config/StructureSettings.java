package org.dtssync.app.config;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Section {@code structure}: how the schema objects of the source are read.
 *
 * @param reader what prints the statements
 * @param pgDump where {@code pg_dump} is; empty if it is looked for
 */
public record StructureSettings(Reader reader, Optional<Path> pgDump) {

    /** What prints the statements that create the schema objects. */
    public enum Reader implements WrittenAs {
        /** {@code pg_dump} if one is found that can read the source, else the built-in reader. */
        AUTO,
        /** PostgreSQL's own program. */
        PG_DUMP,
        /** The built-in reader, which needs no program. */
        BUILTIN;

        /** For the program it is the program's own name. */
        @Override
        public String written() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The defaults: whatever is found. */
    public static final StructureSettings DEFAULT = new StructureSettings(Reader.AUTO, Optional.empty());
}
