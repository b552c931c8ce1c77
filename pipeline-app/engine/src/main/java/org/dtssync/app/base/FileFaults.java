package org.dtssync.app.base;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why a file cannot be used, in words: the messages of Java's exceptions are often its name alone. Stateless. */
public final class FileFaults {

    private FileFaults() {}

    /** Returns the reason, without a period. */
    public static String reason(IOException fault) {
        if (fault instanceof NoSuchFileException missing) {
            return missing.getFile() + " does not exist";
        }
        if (fault instanceof AccessDeniedException denied) {
            return "access to " + denied.getFile() + " is denied";
        }
        if (fault instanceof DirectoryNotEmptyException full) {
            return full.getFile() + " has other files";
        }
        if (fault instanceof FileSystemException other && other.getReason() != null) {
            return other.getFile() + ": " + other.getReason();
        }
        return String.valueOf(fault.getMessage());
    }
}
