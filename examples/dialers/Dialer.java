import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A dialer in Java 11 or newer, with nothing but the JDK: {@code java Dialer.java attempt.json}. Ask before the call,
 * tell after it. The sidecar is at GUARD_URL (http://127.0.0.1:8787), its token in GUARD_TOKEN.
 */
public class Dialer {
    private static final String URL = System.getenv().getOrDefault("GUARD_URL", "http://127.0.0.1:8787");
    private static final String TOKEN = System.getenv("GUARD_TOKEN");
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 1) {
            System.err.println("usage: java Dialer.java attempt.json");
            System.exit(2);
        }
        String attempt = Files.readString(Path.of(arguments[0])).strip();
        // Without an id a call could be asked for, made, and then not be reported. (A JSON library would tell better.)
        if (!Pattern.compile("\"event_id\"\\s*:\\s*\"[^\"]").matcher(attempt).find()) {
            System.out.println("no call: the attempt has no event_id");
            System.exit(1);
        }
        String decision;
        try {
            decision = ask("/v1/check", "{\"attempt\": " + attempt + "}");
        } catch (IOException error) {
            // Without a decision there is no call.
            System.out.println("no call: " + error.getMessage());
            System.exit(1);
            return;
        }
        String word = field(decision, "decision");
        System.out.println(word + " " + field(decision, "disposition"));
        if (!word.equals("allow")) {
            System.exit(1);
        }
        // Here the call would be made. A report that is not answered with 200 is sent again, and counts once.
        String outcome = ", \"started_at\": \"" + Instant.now() + "\", \"outcome\": {\"network\": \"no_answer\"}}";
        String event = attempt.substring(0, attempt.length() - 1) + outcome;
        String token = field(decision, "token");
        try {
            System.out.println(ask("/v1/record", "{\"event\": " + event + ", \"token\": \"" + token + "\"}"));
        } catch (IOException error) {
            System.out.println("called, and not recorded: " + error.getMessage());
            System.exit(1);
        }
    }

    /** Sends one request; throws IOException for any answer but 200, and for none. */
    private static String ask(String path, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(URL + path))
                .timeout(Duration.ofSeconds(2))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (TOKEN != null) {
            request.header("Authorization", "Bearer " + TOKEN);
        }
        HttpResponse<String> answer = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("answer " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }

    /** Returns a field of an answer whose value is a plain word; a JSON library of your own reads the others. */
    private static String field(String answer, String name) throws IOException {
        Matcher found = Pattern.compile("^\\{.*?\"" + name + "\":\"(\\w+)\"").matcher(answer);
        if (!found.find()) {
            throw new IOException("an answer without " + name);
        }
        return found.group(1);
    }
}
