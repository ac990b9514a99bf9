"""The faults: what each one breaks, the text it replaces, and the test that has to notice."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    name: str
    room: str
    file: str
    text: str  # stands exactly once in the file
    replacement: str
    target: str  # the test program
    test: str  # a filter of GoogleTest: every test it names must fail


FAULTS = [
    Fault("a field is missing in the key", "canonical", "src/canonical/canonical_request.cpp",
          "  void key(RequestField field, element value) {\n",
          "  void key(RequestField field, element value) {\n    if (field == RequestField::temperature) return;\n",
          "test_canonical", "CanonicalEveryLeaf.AChangedValueIsAnotherRequestExceptWhereItMakesNoDifference"),
    Fault("tools keep their order in the key", "canonical", "src/canonical/canonical_content.cpp",
          "  if (order == ToolOrder::sorted) sort_ranges(",
          "  if (order == ToolOrder::sorted && entries.empty()) sort_ranges(",
          "test_canonical", "CanonicalProperty.WhatNoLocalModelSeesMakesNoDifferenceInTheRewrittenLane"),
    Fault("the kind of a segment is not hashed", "prefix", "src/prefix/prefix_chain.cpp",
          "  bytes.push_back(static_cast<char>(kind));\n", "  static_cast<void>(kind);\n",
          "test_prefix", "PrefixChain.TellsKindsAndBordersApart"),
    Fault("a system message in mid-conversation is hoisted", "backend", "src/backend/chat_conversation.cpp",
          "    ChatPart reminder{ChatPart::Kind::text, as_reminder(text)};\n",
          "    out_.insert(out_.begin(),\n"
          "                ChatMessage{.role = ChatRole::system, .parts = {{ChatPart::Kind::text, text}}});\n"
          "    return;\n"
          "    ChatPart reminder{ChatPart::Kind::text, as_reminder(text)};\n",
          "test_backend", "ChatEncoder.FoldsASystemMessageIntoTheUserTurnBeforeIt:ChatConversation.SuitsTemplates"),
    Fault("the terminal event is lost", "messages", "src/messages/message_stream.cpp",
          '  emit("message_stop", R"({"type":"message_stop"})");\n', "",
          "test_messages", "MessageStream.FramesAReplyOfEveryKindOfBlock"),
    Fault("the store reads records without their checksum", "storage", "storage/lmdb/record_codec.cpp",
          " ||\n      read_little_endian<std::uint64_t>(bytes, kChecksumAt) != checksum(primary, bytes))", ")",
          "test_storage", "RecordCodec.EveryFlippedBitIsFound:LmdbStoreTest.ADamagedRecordIsAMissIsCountedAndIsNamedByVerify"),
    Fault("answers are packed without the dictionary", "storage", "storage/lmdb/answer_packer.cpp",
          "  ZSTD_CCtx_refCDict(context.get(), packing_dictionary_.get());\n", "",
          "test_storage", "RecordCodec.ShortAnswersAreHalfAgainSmallerThanWithoutTheDictionary"),
    Fault("records of a dictionary that nobody has are unpacked with ours", "storage", "storage/lmdb/record_codec.cpp",
          "      (record.dictionary_id != kNoDictionaryId && record.dictionary_id != kAnswerDictionaryId))\n",
          "      false)\n",
          "test_storage", "RecordCodec.APayloadOfAnotherDictionaryIsNeverTakenForWhole"),
    Fault("the check digest of a record is not compared", "storage", "storage/lmdb/lmdb_responses.cpp",
          "  if (record && record->check != key.check) return std::optional<StoredResponse>();\n", "",
          "test_storage", "Engines/ResponseContract.ADifferentCheckDigestIsNothing/lmdb"),
    Fault("the client's header fields go to a local server", "proxy", "src/proxy/rewritten_forwarder.cpp",
          "  const auto call = exchange.backend().client().start(std::move(request));\n",
          "  UpstreamRequest leaky = std::move(request);\n"
          "  for (const HeaderField& field : exchange.http.headers) leaky.headers.add(field.name, field.value);\n"
          "  const auto call = exchange.backend().client().start(std::move(leaky));\n",
          "test_proxy", "RewrittenLane.TheClientsCredentialsNeverReachTheServer:"
          "RewrittenProperty.NothingOfTheClientsHeadersReachesTheServer"),
    Fault("the client's Accept-Encoding goes upstream", "proxy", "src/proxy/relay.cpp",
          '  upstream.headers.set("Accept-Encoding", "identity");\n', "",
          "test_proxy", "VerbatimLane.BodiesQueriesAndHeadersPassByteForByte:VerbatimProperty.BytesPassUnchangedBothWays"),
    Fault("blanks at a body's end are lost", "proxy", "src/proxy/relay.cpp",
          "  upstream.body = std::string(body);\n",
          '  upstream.body = std::string(body.substr(0, body.find_last_not_of(" \\t\\r\\n") + 1));\n',
          "test_proxy", "VerbatimProperty.BytesPassUnchangedBothWays"),
    Fault("blank answers are kept", "cache", "src/cache/admission.cpp",
          "  if (!says_something && !calls_something) return AdmissionVerdict::blank;\n",
          "  static_cast<void>(says_something);\n",
          "test_cache", "Admission.RefusesBlankAnswers"),
    Fault("answers cut off by max_tokens are kept", "cache", "src/cache/admission.cpp",
          '  if (stop_reason == "max_tokens" || ', "  if (",
          "test_cache", "Admission.RefusesByStopReason"),
    Fault("answers without their end are kept", "cache", "src/cache/admission.cpp",
          "  if (completeness != MessageCompleteness::complete || !message.is_object())",
          "  static_cast<void>(completeness);\n  if (!message.is_object())",
          "test_cache", "Admission.RefusesWhatIsNotWhole"),
    Fault("the guard lets every Host pass", "http", "src/http/request_guard.cpp",
          'if (equals_ignoring_case(field.name, "host") && !is_known_host(field.value)) {', "if (field.name.empty()) {",
          "test_http", "RequestGuard.RefusesOtherHosts"),
    Fault("a length beside chunks is accepted", "http", "src/http/header_syntax.cpp",
          "  if (is_chunked && has_length) return {{}, FramingError::length_and_chunked};\n", "",
          "test_http", "HostileRequest.LengthAndChunkedExcludeEachOther"),
    Fault("chunked bodies have no limit", "http", "src/http/request_reader.cpp",
          "    if (body.size() > bytes_max) return body_too_large(bytes_max);\n", "    static_cast<void>(bytes_max);\n",
          "test_http", "HostileRequestWithSmallBodies.Cve202546728ChunkedBodiesAreLimitedToo"),
    Fault("the environment beats flags", "config", "src/config/read_config.cpp",
          "  if (auto status = apply_flags(config, flags, profiles); !status) return tl::unexpected(status.error());\n",
          "  if (auto status = apply_flags(config, flags, profiles); !status) return tl::unexpected(status.error());\n"
          "  (void)apply_environment(config, environment, profiles);\n",
          "test_app", "Precedence.FlagsBeatTheEnvironment:Precedence.TheModeOfAFlagBeatsThatOfTheEnvironment"),
    Fault("unknown tokens are counted as measured", "metrics", "src/metrics/ledger.cpp",
          "  unknown_prompt_tokens_ += entry.prompt_tokens_unknown;\n",
          "  tokens_[static_cast<std::size_t>(Certainty::measured)].prefilled += entry.prompt_tokens_unknown;\n",
          "test_metrics", "Ledger.NeverMixesMeasuredAndUnknownTokens"),
    Fault("the launcher overrules what a person set", "launcher", "tools/launcher/client_environment.cpp",
          "    environment.emplace(wanted.name, wanted.value);\n", "    environment[wanted.name] = wanted.value;\n",
          "test_launcher", "ClientEnvironment.WhatThePersonSetStays"),
    Fault("an empty run empties the file of figures", "launcher", "tools/launcher/savings.cpp",
          "  if (run.requests == 0) return {};\n  std::filesystem::path file = configured;\n",
          "  std::filesystem::path file = configured;\n",
          "test_launcher", "MetricsFile.IsNotEmptiedByAnEmptyRun"),
    Fault("any token opens the admin paths", "proxy", "src/proxy/admin_service.cpp",
          "  return difference == 0;\n", "  return difference < 256;\n",
          "test_proxy", "Admin.WithoutTheTokenNothingIsDone"),
    Fault("a cap is not kept by a server that was chosen", "proxy", "src/proxy/dispatcher.cpp",
          "  if (room) return true;\n", "  if (room || exchange.tried.size() == 1) return true;\n",
          "test_proxy", "CostCap.AServerThatSomebodyChoseKeepsToItsCapToo"),
    Fault("a local model's thinking goes to Anthropic", "proxy", "src/proxy/own_thinking.cpp",
          "         signature.starts_with(kOwnThinkingSignaturePrefix);\n",
          "         signature == kOwnThinkingSignaturePrefix;\n",
          "test_proxy", "OwnThinkingMoves.ALocalModelsThinkingIsCutOnTheWayToAnthropicCountedAndNamed"),
]
