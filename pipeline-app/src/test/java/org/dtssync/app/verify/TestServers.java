package org.dtssync.app.verify;

final class TestServers {
    static String url(int major) {
        return "jdbc:postgresql://127.0.0.1:56" + major + "/";
    }

    private TestServers() {}
}
