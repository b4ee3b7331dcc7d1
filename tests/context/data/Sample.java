package org.sample;

import java.util.List;
import java.util.concurrent.*;
import static org.sample.Tokens.parse;

/**
 * A sample.
 */
@Service
public class Sample<T> extends Base implements Runnable {
    public static final int LIMIT = 10;
    /** How many. */
    private int count, spare = 0;

    public Sample(int count) {
        this.count = count;
    }

    /**
     * Runs it.
     * @throws Failed when it fails
     */
    @Override
    public <R> List<R> run(
            final String name,
            Map<String, R> größe) throws Failed {
        try {
            return parse(new Token<R>(name));
        } catch (IOException | RuntimeException problem) {
            throw new Failed(problem);
        }
    }

    enum Color { RED, GREEN("g") { } }

    record Point(int x, int y) {
        Point { check(x); }
    }

    interface Shape {
        double AREA = 1.0;
        double area();
    }

    @interface Marker { String value() default ""; }
}
