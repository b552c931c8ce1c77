package org.dtssync.app.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Links in front of the source, the broker and the destination, each of which may become long. */
final class Distance implements AutoCloseable {

    /** Which server is far away. */
    enum Place {
        /** None of them. */
        NONE,
        /** The source. */
        SOURCE,
        /** The broker. */
        BROKER,
        /** The destination. */
        DESTINATION
    }

    private final DelayedLink source = DelayedLink.open();
    private final DelayedLink broker = DelayedLink.open();
    private final int brokersPort = freePort();
    private final DelayedLink destination = DelayedLink.open();

    /** Returns the port that the broker has to open for the link, and the port that it has to name to those who use it. */
    String brokerPorts() {
        return brokersPort + ":" + broker.port();
    }

    /** Connects the links with the servers; until then they lead nowhere. */
    void connect(Server sourceServer, Server destinationServer) {
        source.to(sourceServer.port());
        destination.to(destinationServer.port());
        broker.to(brokersPort);
    }

    /** Puts one server so far away that the way there and back takes so long. */
    void set(Place place, int roundTripMillis) {
        source.roundTrip(place == Place.SOURCE ? roundTripMillis : 0);
        broker.roundTrip(place == Place.BROKER ? roundTripMillis : 0);
        destination.roundTrip(place == Place.DESTINATION ? roundTripMillis : 0);
    }

    /** Returns how many round trips to a server there were so far, of all of its connections. */
    long roundTrips(Place place) {
        return switch (place) {
            case NONE -> 0;
            case SOURCE -> source.questions();
            case BROKER -> broker.questions();
            case DESTINATION -> destination.questions();
        };
    }

    /** Returns the way over the links. */
    Reach reach() {
        return new Reach(source.port(), destination.port(), "127.0.0.1:" + broker.port());
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        source.close();
        broker.close();
        destination.close();
    }
}
