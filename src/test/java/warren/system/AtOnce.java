package warren.system;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;

/** Tasks that begin together, each on a thread of its own. */
final class AtOnce {
    private AtOnce() { }

    static <T> CompletableFuture<T> run(Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    static <T> List<CompletableFuture<T>> run(int count, IntFunction<Callable<T>> tasks) {
        List<CompletableFuture<T>> results = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            results.add(run(tasks.apply(i)));
        }
        return results;
    }

    static <T> List<T> ended(List<CompletableFuture<T>> running) {
        return running.stream().map(CompletableFuture::join).toList();
    }
}
