/**
 * Reading httpd's configuration as httpd 2.4 reads it, what in it is Warren's, what Warren refuses to run beside, and
 * the files that Warren gives httpd. Begin at {@link warren.httpd.WarrenConfigurationReader}. Depends on nothing else
 * of Warren.
 */
package warren.httpd;
