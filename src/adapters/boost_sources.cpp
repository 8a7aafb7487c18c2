// The compiled halves of Asio and Boost.Process, here once so that no other file has to read them.
#define BOOST_PROCESS_V2_PIDFD_OPEN 1
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/process/v2/src.hpp>
