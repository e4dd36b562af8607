// A real OpenID Connect provider on loopback, for the tests of logging in. It prints its issuer once it listens.
// Its own development pages ask for a login name, which becomes `sub`, and take any password.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const redirectUri = process.argv[2];
const secret = process.env.CLIENT_SECRET;

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const shared = {
    redirect_uris: [redirectUri],
    response_types: ["code"],
    grant_types: ["authorization_code"],
  };
  const provider = new Provider(issuer, {
    clients: [
      { client_id: "crosslane", client_secret: secret, token_endpoint_auth_method: "client_secret_basic", ...shared },
      { client_id: "crosslane-public", token_endpoint_auth_method: "none", ...shared },
    ],
    pkce: { required: () => true },
    cookies: { keys: ["for-tests-only"] },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
