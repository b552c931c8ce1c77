package org.dtssync.app.base;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Makes digests. Stateless. */
final class Sha256 {

    private Sha256() {}

    static MessageDigest create() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
