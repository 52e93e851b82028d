/**
 * The connector: Tomcat's AJP on the inherited socket, one servlet, and what stands between a request and its pool.
 * It holds no privilege, trusts neither owners nor clients, and names a virtual host by its token alone. Begin
 * reading at {@link warren.connector.ConnectorMain}, and for a request at {@code GatewayServlet}.
 */
package warren.connector;
