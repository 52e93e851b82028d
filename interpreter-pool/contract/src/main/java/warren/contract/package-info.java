/**
 * What connector and launcher agree on: virtual hosts as the connector may know them, the asks it may make, the
 * launcher's answers, and their bounded framing. No UID, path to execute, argument or variable of a launch ever
 * crosses here: the launcher reads those itself from files that only root can write.
 */
package warren.contract;
