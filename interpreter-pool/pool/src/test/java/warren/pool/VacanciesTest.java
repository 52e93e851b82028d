package warren.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VacanciesTest {
    private static final int MANY = 100;
    private final Slots slots = new Slots(Stage.settings(MANY));
    private final List<Duration> pauses = new ArrayList<>();
    private final List<Runnable> later = new ArrayList<>();
    private final Vacancies vacancies = new Vacancies((pause, task) -> {
        pauses.add(pause);
        later.add(task);
    });

    private Slots.Slot taken() throws InterruptedException {
        Slots.Slot slot = slots.new Slot();
        assertTrue(slot.take(Deadline.after(Duration.ZERO)), "a slot is free");
        return slot;
    }

    private void end(Fate fate, int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            vacancies.giveBack(taken(), fate, 0);
        }
    }

    @Test
    void twentyAreReplacedAtOnceAndThenOneEachTwentiethOfASecondAndNoneWaitsLongerThanASecond() throws Exception {
        end(Fate.KILL, 20);
        assertEquals(List.of(), pauses);
        end(Fate.TELL_AND_KILL, 2);
        assertEquals(List.of(Duration.ofMillis(50), Duration.ofMillis(100)), pauses);
        end(Fate.KILL, 50);
        assertEquals(Duration.ofSeconds(1), pauses.getLast());
        later.forEach(Runnable::run);
        for (int i = 0; i < MANY; i++) {
            taken();
        }
    }

    @Test
    void whatEndsWellLeavesItsPlaceAtOnce() throws Exception {
        end(Fate.REUSE, MANY);
        end(Fate.CLOSE, MANY);
        assertEquals(List.of(), pauses);
    }

    @Test
    void saysHowManyAreVacantUntilTheyAreNot() throws Exception {
        end(Fate.KILL, 21);
        assertEquals(", of which 1 are vacant, for interpreters die again and again", vacancies.shown());
        later.getFirst().run();
        assertEquals("", vacancies.shown());
    }

    /** Its place is the next generation's already, and what it counts for besides is over. */
    @Test
    void whatIsOutrunIsOverAtOnce() throws Exception {
        end(Fate.KILL, 20);
        Slots.Slot slot = taken();
        slot.outrun();
        vacancies.giveBack(slot, Fate.KILL, 0);
        assertEquals(List.of(), pauses);
    }
}
