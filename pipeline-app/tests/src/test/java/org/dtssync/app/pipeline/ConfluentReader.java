package org.dtssync.app.pipeline;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.connect.storage.Converter;

/**
 * Confluent's own Avro converter and deserializer, in a class loader of their own that shares Kafka and Avro with ours. For one
 * thread.
 */
final class ConfluentReader implements AutoCloseable {

    private static final Path JARS = Path.of("target", "confluent", "META-INF", "bundled-dependencies");

    private final URLClassLoader loader;
    private final Map<String, Object> configuration;

    /** Reads with the schemas of a registry. */
    ConfluentReader(String registryUrl) throws IOException {
        this.configuration = Map.of("schema.registry.url", registryUrl, "ignore.default.for.nullables", "true");
        try (Stream<Path> files = Files.list(JARS)) {
            URL[] urls = files.map(ConfluentReader::url).toArray(URL[]::new);
            this.loader = new URLClassLoader("confluent", urls, ConfluentReader.class.getClassLoader());
        }
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns a configured converter. */
    Converter converter(boolean isKey) throws ReflectiveOperationException {
        return configured(
                "io.confluent.connect.avro.AvroConverter",
                Converter.class,
                converter -> converter.configure(configuration, isKey));
    }

    /** Returns a configured deserializer of generic records. */
    Deserializer<?> deserializer(boolean isKey) throws ReflectiveOperationException {
        return configured(
                "io.confluent.kafka.serializers.KafkaAvroDeserializer",
                Deserializer.class,
                deserializer -> ((Deserializer<?>) deserializer).configure(configuration, isKey));
    }

    private <T> T configured(String name, Class<T> type, java.util.function.Consumer<T> configure)
            throws ReflectiveOperationException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // Kafka looks for the classes that are named in properties there.
        thread.setContextClassLoader(loader);
        try {
            T made = type.cast(loader.loadClass(name).getDeclaredConstructor().newInstance());
            configure.accept(made);
            return made;
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }
}
