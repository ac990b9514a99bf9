#include "storage/lmdb/store_error.h"

#include <lmdb.h>

#include <cerrno>
#include <string>

#include "storage/lmdb/fault_guard.h"

namespace anyclaude::lmdb {
namespace {

struct Reading {
  ErrorKind kind;
  Retry retry;
  std::string_view reason;  // empty: LMDB's own words
};

Reading reading_of(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return {ErrorKind::full, Retry::later, "there is no space left for it on the disk"};
    case MDB_MAP_FULL:
      return {ErrorKind::full, Retry::later, "it cannot grow any further"};
    case EROFS:
      return {ErrorKind::permission, Retry::never, "the file system is read-only"};
    case EACCES:
    case EPERM:
      return {ErrorKind::permission, Retry::never, "this user may not write there"};
    case MDB_READERS_FULL:
      return {ErrorKind::overloaded, Retry::later, "too many readers have it open"};
    case MDB_MAP_RESIZED:
      return {ErrorKind::overloaded, Retry::later, "another process has just made it larger"};
    case MDB_INVALID:
      return {ErrorKind::corrupt, Retry::never,
              "data.mdb is not a store or is damaged; the broker sets such a file aside when it starts"};
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case kFaulted:
      return {
          ErrorKind::corrupt, Retry::never,
          "its file is damaged; anyclaude-cachectl verify says where, and the broker sets such a file aside "
          "when it starts"};
    case MDB_VERSION_MISMATCH:
      return {ErrorKind::corrupt, Retry::never, "data.mdb was written by another version of LMDB"};
    case MDB_PANIC:
      return {ErrorKind::io, Retry::never,
              "an earlier write to the disk failed halfway; it must be closed and opened again"};
    case ENOMEM:
      return {ErrorKind::io, Retry::later, "there is not enough memory"};
    default:
      return {ErrorKind::io, Retry::later, {}};
  }
}

}  // namespace

Error store_error(int code, std::string_view what, const std::filesystem::path& directory) {
  const Reading reading = reading_of(code);
  std::string message = "The store in " + directory.string() + " could not be ";
  message += what;
  message += ": ";
  message += reading.reason.empty() ? std::string_view(mdb_strerror(code)) : reading.reason;
  message += '.';
  return {reading.kind, ErrorSource::store, reading.retry, std::move(message)};
}

}  // namespace anyclaude::lmdb
