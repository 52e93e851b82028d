package warren.pool;

/**
 * What a stream of records says, told by a second reading of FastCGI 1.0 that shares nothing with
 * {@link RecordReader}: over the whole stream at once.
 *
 * @param said each byte of content with the letter of its stream before it, {@code O} or {@code E}, in order
 * @param end how it ended
 */
record RecordOracle(String said, End end) {
    enum End { OPEN, WHOLE, BROKEN }

    static RecordOracle of(byte[] stream) {
        StringBuilder said = new StringBuilder();
        int at = 0;
        boolean over = false;
        while (at + 8 <= stream.length) {
            int type = stream[at + 1];
            int content = (stream[at + 4] & 255) * 256 + (stream[at + 5] & 255);
            int end = at + 8 + content + (stream[at + 6] & 255);
            boolean known = stream[at] == 1 && stream[at + 2] == 0 && stream[at + 3] == 1
                && (type == 6 && !over || type == 7 || type == 3 && content == 8);
            if (!known) {
                return new RecordOracle(said.toString(), End.BROKEN);
            }
            if (type == 3) {
                return ending(stream, at + 8, end, said);
            }
            over |= type == 6 && content == 0;
            for (int i = at + 8; i < Math.min(at + 8 + content, stream.length); i++) {
                said.append(type == 6 ? 'O' : 'E').append((char) (stream[i] & 255));
            }
            at = end;
        }
        return new RecordOracle(said.toString(), End.OPEN);
    }

    private static RecordOracle ending(byte[] stream, int content, int end, StringBuilder said) {
        if (stream.length < content + 8) {
            return new RecordOracle(said.toString(), End.OPEN);
        }
        if (stream[content + 4] != 0 || stream.length > end) {
            return new RecordOracle(said.toString(), End.BROKEN);
        }
        return new RecordOracle(said.toString(), stream.length == end ? End.WHOLE : End.OPEN);
    }
}
