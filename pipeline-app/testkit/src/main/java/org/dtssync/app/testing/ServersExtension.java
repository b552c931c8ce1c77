package org.dtssync.app.testing;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Hands {@link Servers} to tests and set-up methods that ask for it by a parameter: {@code @ExtendWith(ServersExtension.class)}.
 *
 * <p>The servers run until the run ends; a test's databases live as long as the test, or the class where a class-level
 * method asked.
 */
public final class ServersExtension implements ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(ServersExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Servers.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        // Not the root's: Surefire gives classes to its processes one by one, each as an execution with a root of its
        // own.
        Store run = context.getStore(StoreScope.LAUNCHER_SESSION, NAMESPACE);
        // JUnit closes what lies in a store when the store's scope ends: the run here, the test or the class below.
        RunningServers running =
                run.getOrComputeIfAbsent(RunningServers.class, key -> new RunningServers(), RunningServers.class);
        AtomicInteger names =
                run.getOrComputeIfAbsent(AtomicInteger.class, key -> new AtomicInteger(), AtomicInteger.class);
        String scope = context.getUniqueId();
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(scope, key -> new Servers(running, names), Servers.class);
    }
}
