package org.dtssync.connectors.avro;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.connect.storage.Converter;

/** Confluent's own converter, in a class loader of its own that shares Kafka Connect and Avro with ours. For one thread. */
final class ConfluentConverters implements AutoCloseable {

    private static final Path JARS = Path.of("target", "confluent", "META-INF", "bundled-dependencies");

    private final URLClassLoader loader;

    ConfluentConverters() throws IOException {
        try (Stream<Path> files = Files.list(JARS)) {
            URL[] urls = files.map(ConfluentConverters::url).toArray(URL[]::new);
            this.loader = new URLClassLoader("confluent", urls, ConfluentConverters.class.getClassLoader());
        }
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns a configured converter of values. */
    Converter converter(String registryUrl) throws ReflectiveOperationException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // Kafka looks for the classes that are named in properties there.
        thread.setContextClassLoader(loader);
        try {
            Converter converter = (Converter) loader.loadClass("io.confluent.connect.avro.AvroConverter")
                    .getDeclaredConstructor()
                    .newInstance();
            converter.configure(
                    Map.of(RegistryClientSettings.URL, registryUrl, "ignore.default.for.nullables", "true"), false);
            return converter;
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }
}
