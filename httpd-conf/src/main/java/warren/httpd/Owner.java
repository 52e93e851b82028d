package warren.httpd;

import java.util.List;

/**
 * Who a virtual host's code runs as. Neither is root, reserved or below the floor.
 *
 * @param supplementaryGids further groups, only those that the configuration names
 */
public record Owner(long uid, long gid, List<Long> supplementaryGids) {
    public Owner {
        supplementaryGids = List.copyOf(supplementaryGids);
    }
}
