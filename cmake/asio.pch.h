// Precompiled for the rooms that touch the OS: Asio costs seconds to read, once is enough.
#pragma once
#include <fmt/format.h>

#include <boost/asio.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
