package warren.pool;

/** The interpreter sent what FastCGI or CGI does not allow. The sentence quotes nothing of it. */
final class ProtocolBroken extends Exception {
    ProtocolBroken(String sentence) {
        super(sentence);
    }
}
