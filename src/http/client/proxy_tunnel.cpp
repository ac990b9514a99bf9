#include "http/client/proxy_tunnel.h"

#include <array>

#include "base/limits.h"
#include "http/client/reply_reader.h"
#include "http/wire/header_syntax.h"

namespace anyclaude {
namespace {

std::string connect_head(const Proxy& proxy, const Url& server) {
  const std::string origin = server.origin();
  const std::string authority = origin.substr(origin.find("://") + 3);
  std::string head = "CONNECT " + authority + " HTTP/1.1\r\n";
  append_field_line(head, "Host", authority);
  if (!proxy.authorization.empty()) append_field_line(head, "Proxy-Authorization", proxy.authorization);
  return head += "\r\n";
}

UpstreamDone failed(const Proxy& proxy, std::string_view what) {
  return {UpstreamEnd::proxy_failed, "the proxy at " + proxy.origin() + " " + std::string(what)};
}

UpstreamDone timed_out(const Proxy& proxy) {
  return {UpstreamEnd::connect_timed_out, "the proxy at " + proxy.origin() + " did not connect to it"};
}

UpstreamDone judge(const Proxy& proxy, std::string_view head) {
  const auto status = parse_status_line(head.substr(0, head.find("\r\n")));
  if (!status) return failed(proxy, "did not answer in HTTP; is it an HTTP proxy?");
  if (*status >= 200 && *status < 300) return {};
  if (*status == 407)
    return failed(proxy,
                  "wants a user name and password (407); give them in HTTPS_PROXY as "
                  "http://user:password@host:port");
  return failed(proxy, "answered " + std::to_string(*status) +
                           "; if this server should be reached directly, add its name to NO_PROXY");
}

}  // namespace

UpstreamDone open_tunnel(UpstreamTransport& transport, const Proxy& proxy, const Url& server,
                         Deadline deadline) {
  const std::string text = connect_head(proxy, server);
  std::string_view left = text;
  std::string head;
  while (true) {
    const short ready = transport.wait(static_cast<short>(POLLIN | (left.empty() ? 0 : POLLOUT)), deadline);
    if (ready == 0) return timed_out(proxy);
    if (!left.empty() && (ready & POLLOUT) != 0) {
      const TransferResult sent = transport.send(left, {});
      if (sent.state == Transfer::closed || sent.state == Transfer::failed)
        return failed(proxy, "closed the connection");
      left.remove_prefix(sent.count);
    }
    if ((ready & ~POLLOUT) == 0) continue;
    std::array<char, 4096> buffer;
    const TransferResult got = transport.receive(buffer);
    if (got.state == Transfer::would_block) continue;
    if (got.state != Transfer::some) return failed(proxy, "closed the connection");
    head.append(buffer.data(), got.count);
    const HeadEnd end = find_head_end(head);
    if (end.state == HeadState::malformed || head.size() > limits::kUpstreamHeadBytesMax)
      return failed(proxy, "did not answer in HTTP; is it an HTTP proxy?");
    if (end.state == HeadState::incomplete) continue;
    UpstreamDone verdict = judge(proxy, head);
    // Under TLS the server waits for us to speak: nothing can follow a tunnel's head.
    if (verdict.end == UpstreamEnd::complete && end.size != head.size())
      return failed(proxy, "sent something before the server could");
    return verdict;
  }
}

}  // namespace anyclaude
