// Every limit of the house, with its unit in its name. A limit that is hit is an error with a clear message,
// never a crash and never silent truncation.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace anyclaude::limits {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Request heads. Claude Code's are about 2 KB; 64 KB leaves room for large beta lists and cookies.
inline constexpr std::size_t kRequestHeadBytesMax = 64 * 1024;
inline constexpr std::size_t kHeaderFieldsMax = 200;
inline constexpr milliseconds kRequestHeadTimeMax{10'000};
// Anthropic's own limit for a Messages request is 32 MB.
inline constexpr std::size_t kRequestBodyBytesMax = 32u * 1024 * 1024;
inline constexpr milliseconds kRequestBodyTimeMax{60'000};
// Bodies above this are forwarded but neither hashed nor stored (`body_too_large`).
inline constexpr std::size_t kCacheableBodyBytesMax = 16u * 1024 * 1024;
inline constexpr milliseconds kKeepAliveIdleMax{75'000};
inline constexpr std::size_t kConnectionsMax = 1'100;
inline constexpr int kListenBacklog = 1'024;
// A client that does not take a reply's bytes for this long is taken for gone.
inline constexpr milliseconds kClientWriteTimeMax{60'000};
inline constexpr milliseconds kShutdownGraceMax{10'000};
// Connections that were cut at the end of the grace get this long to notice. What still computes then ends
// with the process.
inline constexpr milliseconds kShutdownCutMax{1'000};

// A chunk's size and its extensions; extensions are hardly ever sent, so this is generous.
inline constexpr std::size_t kChunkLineBytesMax = 256;
inline constexpr std::size_t kTrailerBytesMax = 8 * 1024;
// Before a connection is closed with a request unread, the rest is read and dropped for this long: else the
// reset overtakes the answer.
inline constexpr milliseconds kDrainTimeMax{1'000};
// A connection over the cap gets this long to send its request before the reply, a 529.
inline constexpr milliseconds kRefusalHeadTimeMax{1'000};
inline constexpr std::size_t kRefusalsQueuedMax = 512;

// Every parse of text from outside (requests, replies, files, import lines) stops at this nesting depth
// before anything recurses.
inline constexpr std::size_t kJsonDepthMax = 128;
// Trees that keep the order of members compare each key with those before it. Text that takes more
// comparisons is not read as one: an object of 6,000 members may, a hundred of them may not.
inline constexpr std::uint64_t kJsonComparisonsMax = 20'000'000;
// Lone surrogates and numbers beyond 64 bits in one body. Each is remembered with its place; a truncated
// emoji here and there is what real bodies have.
inline constexpr std::size_t kJsonRepairsMax = 10'000;

// One Messages request. Claude Code sends up to a few hundred tools; 100,000 messages are Anthropic's own
// limit. A request beyond one of these is a 400 that names the limit.
inline constexpr std::size_t kToolsMax = 4'096;
inline constexpr std::size_t kMessagesMax = 100'000;
inline constexpr std::size_t kContentBlocksMax = 200'000;

// Texts larger than this keep their place: no rule looks at their lines, and a layout that holds
// more is not remembered. Of one request, lines are learned from this much.
inline constexpr std::size_t kOrderedTextBytesMax = 1024 * 1024;
inline constexpr std::size_t kRememberedLayoutBytesMax = 4u * 1024 * 1024;
inline constexpr std::size_t kLearnedTextBytesMax = 1024 * 1024;

// Definitions of tools that a conversation refers to, written where it does.
inline constexpr std::size_t kToldDefinitionsBytesMax = 4u * 1024 * 1024;

// A request that passed through this many brokers is in a loop.
inline constexpr int kBrokerHopsMax = 4;
// A launcher that was started by this many launchers, one inside the other, is in a loop.
inline constexpr int kLauncherDepthMax = 4;
// The user's record of approved project files.
inline constexpr std::size_t kTrustFileBytesMax = 1024 * 1024;
inline constexpr std::size_t kTrustedFilesMax = 4'096;

inline constexpr std::size_t kUpstreamHeadBytesMax = 64 * 1024;
inline constexpr std::size_t kUpstreamReplyBytesMax = 64u * 1024 * 1024;
inline constexpr std::size_t kSseEventBytesMax = 16u * 1024 * 1024;
inline constexpr milliseconds kResolveTimeMax{5'000};
inline constexpr milliseconds kConnectTimeMax{5'000};
// A prefill of 60k tokens on a laptop takes minutes; the client itself gives up after 600 s.
inline constexpr milliseconds kFirstByteTimeMax{600'000};
inline constexpr milliseconds kUpstreamIdleTimeMax{300'000};
inline constexpr milliseconds kProbeTimeMax{3'000};
// A call that came to nothing is made again so often, and so long after the first one began at the latest.
inline constexpr int kRetriesMax = 2;
inline constexpr milliseconds kRetryTimeMax{10'000};
// Before the first retry of a connection; before the second, twice as long.
inline constexpr milliseconds kRetryConnectWait{250};
// A server that takes longer to count a prompt's tokens is not waited for.
inline constexpr milliseconds kTokenCountTimeMax{3'000};
// A model server that is started reads its model from disk first.
inline constexpr milliseconds kServerStartTimeDefault{120'000};
inline constexpr milliseconds kServerReadyInterval{500};
inline constexpr std::uintmax_t kServerLogBytesMax = 10u * 1024 * 1024;
// How long programs that the launcher started may take to end before they are killed: longer than a broker's
// own grace.
inline constexpr milliseconds kProgramStopTimeMax{12'000};
inline constexpr milliseconds kOrphanStopTimeMax{2'000};
inline constexpr milliseconds kSupervisorInterval{200};
inline constexpr milliseconds kBrokerStartTimeMax{15'000};
// A look at a port on this machine, where an answer comes at once or not at all.
inline constexpr milliseconds kLocalProbeTimeMax{700};
inline constexpr std::size_t kUpstreamQueueBytesMax = 1024 * 1024;
// Of a server's error text this much is passed on to the client.
inline constexpr std::size_t kUpstreamErrorTextBytesMax = 2'000;
// A server's identity is probed again when no request has needed it for so long: another model may be behind
// the port by now.
inline constexpr seconds kBackendIdentityIdleMax{60};

// Text that may turn out to be a tool call is held back up to this: a Write call carries a whole file.
inline constexpr std::size_t kToolCallHoldBytesMax = 1024 * 1024;
// Names of tools and heads of channels, as a model writes them.
inline constexpr std::size_t kToolCallNameBytesMax = 256;
// While text is held the client hears nothing of it; a ping goes out each time this much has come (about 150
// tokens: a slow model needs ten seconds for them).
inline constexpr std::size_t kToolCallHoldPingBytes = 512;
// Text that begins like a call, goes on for long and is none costs a second reading. After so many of these
// the rest of the answer is plain text.
inline constexpr std::size_t kToolCallLongMistakeBytes = 1024;
inline constexpr std::size_t kToolCallLongMistakesMax = 64;
// Larger calls are not repaired, and none is tried in more ways than this.
inline constexpr std::size_t kToolCallRepairBytesMax = 64 * 1024;
inline constexpr std::size_t kToolCallRepairTriesMax = 256;
// Calls in one answer.
inline constexpr std::size_t kToolCallsMax = 1'024;
// Text that is held is looked at again with each piece up to this size, beyond it when it has grown by a
// part.
inline constexpr std::size_t kToolCallLookAlwaysBytes = 16 * 1024;
inline constexpr std::size_t kToolCallLookParts = 64;
// How much may be compared and copied to judge the calls of one answer by their schemas, or to fit the calls
// of one tool into its schema. Branches that refer to each other multiply.
inline constexpr std::uint64_t kSchemaStepsMax = 2'000'000;
// Schemas entered one inside the other. References may lead in circles.
inline constexpr int kSchemaDepthMax = 64;

// The circuit breaker of a failed server stays open for so long while another server can answer; server
// errors count from so many in a row on.
inline constexpr milliseconds kServerLeftAloneTime{30'000};
inline constexpr int kServerErrorsInARow = 3;

// A stored message larger than this is not worth a place in the store.
inline constexpr std::size_t kStoredMessageBytesMax = 8u * 1024 * 1024;
inline constexpr std::uint64_t kStoreBytesMaxDefault = 2ull * 1024 * 1024 * 1024;
inline constexpr seconds kStoreTtlDefault{24 * 3600};

// The store. What is admitted but not yet on disk is held in memory up to this; beyond it answers are not
// kept.
inline constexpr std::size_t kStorePendingBytesMax = 64u * 1024 * 1024;
inline constexpr std::size_t kStoreBatchJobsMax = 256;
// Entries that one transaction expires or evicts at most, or purges, so that none takes long.
inline constexpr std::size_t kStoreEvictionEntriesMax = 256;
inline constexpr std::size_t kStorePurgeEntriesMax = 1'024;
inline constexpr milliseconds kStoreUpkeepInterval{1'000};
// Keys whose hits are counted in memory between two writes; hits on further keys go uncounted.
inline constexpr std::size_t kStoreRecencyKeysMax = 65'536;
// Counted hits are written when so much time has passed or so many keys were hit, never one by one.
inline constexpr milliseconds kStoreRecencyInterval{60'000};
inline constexpr std::size_t kStoreRecencyWrittenMax = 1'024;
// How often slots of readers that died are looked for.
inline constexpr milliseconds kStoreReaderCheckInterval{60'000};
// A map costs addresses, not memory, and making it larger keeps lookups waiting: so it is as large as the
// file may become, up to this. Where so many addresses are not to be had it begins with the second figure.
inline constexpr std::uint64_t kStoreMapBytesInitial = 64ull * 1024 * 1024 * 1024;
inline constexpr std::uint64_t kStoreMapBytesSmall = 64ull * 1024 * 1024;
inline constexpr std::uint64_t kStoreMapGrowthBytesMax = 1024ull * 1024 * 1024;
inline constexpr unsigned kStoreReadersMax = 2'048;
// LMDB's keys end at 511 bytes; a state table's name and a separator share them with the key.
inline constexpr std::size_t kStateKeyBytesMax = 400;
inline constexpr std::size_t kStateTableNameBytesMax = 64;
// How long a caller waits for its write while another process holds the store's write lock.
inline constexpr milliseconds kStoreWriteWaitMax{5'000};
inline constexpr milliseconds kStoreReadWaitMax{100};
// How long an opening waits for a process that is replacing the file.
inline constexpr milliseconds kStoreOpenWaitMax{5'000};
inline constexpr milliseconds kStoreCloseWaitMax{2'000};
// The check of every page of a store's data file.
inline constexpr milliseconds kStoreCheckTimeMax{20'000};
// Environments of liblmdb that a process gives up after faults, each with its addresses and four descriptors.
// A store that needs more is not used again before a restart.
inline constexpr std::uint64_t kStoreAbandonedMax = 64;

}  // namespace anyclaude::limits
