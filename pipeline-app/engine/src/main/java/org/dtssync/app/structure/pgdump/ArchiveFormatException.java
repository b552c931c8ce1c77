package org.dtssync.app.structure.pgdump;

import java.io.IOException;
import java.io.Serial;

/** What a program wrote is no archive that can be read; the message is part of a sentence. */
final class ArchiveFormatException extends IOException {

    @Serial
    private static final long serialVersionUID = 1;

    ArchiveFormatException(String message) {
        super(message);
    }
}
