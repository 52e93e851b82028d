package warren.system;

import java.lang.reflect.Method;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/** Tells the machines that are up when a test fails, before they end, so that they show their logs. */
public final class FailureWatch implements InvocationInterceptor {
    @Override
    public void interceptTestMethod(Invocation<Void> test, ReflectiveInvocationContext<Method> method,
            ExtensionContext extension) throws Throwable {
        watch(test);
    }

    @Override
    public void interceptTestTemplateMethod(Invocation<Void> test, ReflectiveInvocationContext<Method> method,
            ExtensionContext extension) throws Throwable {
        watch(test);
    }

    @Override
    public void interceptDynamicTest(Invocation<Void> test, DynamicTestInvocationContext dynamic,
            ExtensionContext extension) throws Throwable {
        watch(test);
    }

    @Override
    public void interceptBeforeAllMethod(Invocation<Void> preparation, ReflectiveInvocationContext<Method> method,
            ExtensionContext extension) throws Throwable {
        watch(preparation);
    }

    private static void watch(Invocation<Void> test) throws Throwable {
        try {
            test.proceed();
        } catch (Throwable failure) {
            Machine.aTestFailed();
            throw failure;
        }
    }
}
