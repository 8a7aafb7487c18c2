// TLS settings of connections, shared between the connections that use the same files.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "adapters/resp.h"

namespace slotwarden::adapters {

// Loads the files, or returns what an open connection loaded from them, unless a file changed meanwhile. The peer's
// chain must lead to the CA; TLS 1.2 and later. Fails naming the file that could not be used.
[[nodiscard]] Result<std::shared_ptr<boost::asio::ssl::context>> tls_context(const TlsFiles& files);

// The same for accepting peers: TLS 1.3 only, and nobody gets in without a certificate of the authority.
[[nodiscard]] Result<std::shared_ptr<boost::asio::ssl::context>> tls_peer_context(const TlsFiles& files);

}  // namespace slotwarden::adapters
