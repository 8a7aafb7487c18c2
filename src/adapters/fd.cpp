#include "adapters/fd.h"

#include <cstring>

namespace slotwarden::adapters {

Error os_error(const std::string& clause, int number) {
  return {clause + ": " + strerrordesc_np(number), number};
}

}  // namespace slotwarden::adapters
