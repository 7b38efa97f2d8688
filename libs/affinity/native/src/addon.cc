// The N-API surface: plain functions over handles. Arguments have been checked in TypeScript and are trusted here.
#include <napi.h>

#include <algorithm>
#include <atomic>
#include <map>

#include "backends.h"
#include "pool.h"

namespace affinity {
namespace {

struct Engine {
  const Backend* backend;
  int threads;
  Path path;
  std::unique_ptr<Pool> pool;
  void close() { pool.reset(); }
};

struct Session {
  std::shared_ptr<Engine> engine;
  Problem problem{};
  std::vector<int32_t> near, all;
  std::vector<float> mean;
  std::map<int, std::shared_ptr<StoredFrame>> frames;
  // Memory of a dropped frame, for the next one: fresh pages would cost more than packing does.
  std::vector<std::shared_ptr<StoredFrame>> spare;
  // The last target, already packed: most targets become context next.
  int lastFrame = -1;
  std::shared_ptr<StoredFrame> lastTarget;
  std::shared_ptr<Best> best;

  int patches() const { return problem.rows * problem.cols; }
  std::shared_ptr<StoredFrame> new_frame() {
    for (auto& frame : spare) {
      if (frame.use_count() > 1) continue;
      // What a job on another thread read of it comes before what is written now.
      std::atomic_thread_fence(std::memory_order_acquire);
      auto taken = std::move(frame);
      frame = std::move(spare.back());
      spare.pop_back();
      taken->ready = false;
      return taken;
    }
    return std::make_shared<StoredFrame>(patches(), problem.dim, engine->backend->pack != nullptr);
  }
};

template <class T>
T& handle(const Napi::Value& value) {
  return *value.As<Napi::External<T>>().Data();
}

template <class T>
Napi::External<T> wrap(Napi::Env env, T* data) {
  return Napi::External<T>::New(env, data, [](Napi::Env, T* p) { delete p; });
}

std::vector<int32_t> integers(const Napi::Value& value) {
  const auto array = value.As<Napi::Int32Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

RawFeatures raw_features(const Napi::Value& value) {
  if (value.As<Napi::TypedArray>().TypedArrayType() == napi_float32_array) {
    return {value.As<Napi::Float32Array>().Data(), nullptr};
  }
  return {nullptr, value.As<Napi::Uint16Array>().Data()};
}

int integer(const Napi::Value& value) { return value.As<Napi::Number>().Int32Value(); }

// backends(): { name, reason }[], fastest first; an empty reason means usable.
Napi::Value Backends(const Napi::CallbackInfo& info) {
  auto list = Napi::Array::New(info.Env());
  for (const Choice& choice : choices()) {
    auto entry = Napi::Object::New(info.Env());
    entry.Set("name", choice.name);
    entry.Set("reason", choice.reason);
    list.Set(list.Length(), entry);
  }
  return list;
}

// createEngine(name, threads, path): path as a number of Path
Napi::Value CreateEngine(const Napi::CallbackInfo& info) {
  const std::string name = info[0].As<Napi::String>();
  const Backend* backend = nullptr;
  for (const Choice& choice : choices()) {
    if (choice.name == name) backend = choice.backend;
  }
  if (!backend) throw Napi::Error::New(info.Env(), "The affinity backend " + name + " cannot be used on this machine");
  const int threads = integer(info[1]);
  auto engine = std::make_shared<Engine>(
      Engine{backend, threads, static_cast<Path>(integer(info[2])), std::make_unique<Pool>(threads)});
  // Threads must not outlive the environment they report to.
  info.Env().AddCleanupHook([weak = std::weak_ptr<Engine>(engine)] {
    if (auto alive = weak.lock()) alive->close();
  });
  return wrap(info.Env(), new std::shared_ptr<Engine>(engine));
}

void CloseEngine(const Napi::CallbackInfo& info) { handle<std::shared_ptr<Engine>>(info[0])->close(); }

// createSession(engine, { rows, cols, dim, classes, topK, temperature, normalise, near, all })
Napi::Value CreateSession(const Napi::CallbackInfo& info) {
  const auto options = info[1].As<Napi::Object>();
  auto* session = new Session;
  session->engine = handle<std::shared_ptr<Engine>>(info[0]);
  Problem& p = session->problem;
  p.threads = session->engine->threads;
  p.path = session->engine->path;
  p.rows = integer(options.Get("rows"));
  p.cols = integer(options.Get("cols"));
  p.dim = integer(options.Get("dim"));
  p.padded = padded_dim(p.dim);
  p.classes = integer(options.Get("classes"));
  p.topK = integer(options.Get("topK"));
  p.temperature = options.Get("temperature").As<Napi::Number>().DoubleValue();
  p.normalise = options.Get("normalise").As<Napi::Boolean>();
  session->near = integers(options.Get("near"));
  session->all = integers(options.Get("all"));
  return wrap(info.Env(), session);
}

// The mean of the first frame centres all frames of the session; any vector is right, a near one makes the filter tight.
void set_mean(Session& s, const StoredFrame& frame) {
  const int padded = s.problem.padded;
  std::vector<double> sums(padded);
  for (int patch = 0; patch < frame.patches; patch++) {
    const float* row = frame.values + static_cast<size_t>(patch) * padded;
    for (int d = 0; d < padded; d++) sums[d] += row[d];
  }
  double squares = 0;
  for (double& sum : sums) {
    s.mean.push_back(static_cast<float>(sum / frame.patches));
    squares += static_cast<double>(s.mean.back()) * s.mean.back();
  }
  s.problem.meanSquare = squares;
}

// add(session, frame, features, labels): undefined, or { patch, squares } of a row that is not normalised
Napi::Value Add(const Napi::CallbackInfo& info) {
  Session& s = handle<Session>(info[0]);
  auto frame = s.new_frame();
  double squares = 0;
  const int bad = frame->unpack(raw_features(info[2]), 0, frame->patches, &squares);
  if (bad >= 0) {
    auto refusal = Napi::Object::New(info.Env());
    refusal.Set("patch", bad);
    refusal.Set("squares", squares);
    return refusal;
  }
  frame->set_labels(info[3].As<Napi::Float32Array>().Data(), s.problem.classes);
  if (s.mean.empty()) set_mean(s, *frame);
  s.frames[integer(info[1])] = frame;
  return info.Env().Undefined();
}

// adopt(session, frame, labels): true if the last target was that frame and has become context
Napi::Value Adopt(const Napi::CallbackInfo& info) {
  Session& s = handle<Session>(info[0]);
  const int index = integer(info[1]);
  if (!s.lastTarget || s.lastFrame != index) return Napi::Boolean::New(info.Env(), false);
  s.lastTarget->set_labels(info[2].As<Napi::Float32Array>().Data(), s.problem.classes);
  s.frames[index] = std::move(s.lastTarget);
  s.lastTarget.reset();
  return Napi::Boolean::New(info.Env(), true);
}

void Drop(const Napi::CallbackInfo& info) {
  Session& s = handle<Session>(info[0]);
  const auto at = s.frames.find(integer(info[1]));
  if (at == s.frames.end()) return;
  if (s.spare.size() < 2) s.spare.push_back(std::move(at->second));
  s.frames.erase(at);
}

void Clear(const Napi::CallbackInfo& info) {
  Session& s = handle<Session>(info[0]);
  s.frames.clear();
  s.spare.clear();
  s.best.reset();
  s.lastTarget.reset();
}

// JavaScript memory the threads read and write; let go on the main thread.
struct Pinned {
  std::vector<Napi::ObjectReference> arrays;
  template <class Array>
  auto* pin(const Napi::Value& value) {
    arrays.push_back(Napi::Persistent(value.As<Napi::Object>()));
    return value.As<Array>().Data();
  }
};

void add_group(Job& job, Session& s, const Napi::Object& entry) {
  auto frame = s.frames.at(integer(entry.Get("frame")));
  const bool restricted = entry.Get("restricted").As<Napi::Boolean>();
  job.reaches.push_back(restricted ? s.near : s.all);
  job.positions.push_back(integers(entry.Get("positions")));
  for (const int32_t position : job.positions.back()) {
    if (static_cast<size_t>(position) >= job.groupOfPosition.size()) job.groupOfPosition.resize(position + 1);
    job.groupOfPosition[position] = static_cast<int32_t>(job.groups.size());
  }
  job.groups.push_back({frame.get(), job.positions.back().data(), static_cast<int>(job.positions.back().size()),
                        job.reaches.back().data(), static_cast<int>(job.reaches.back().size())});
  job.best->keys.push_back(integer(entry.Get("frame")) * 2 + restricted);
  if (std::find(job.frames.begin(), job.frames.end(), frame) == job.frames.end()) job.frames.push_back(frame);
}

// The previous target's candidates as groups of this job; each candidate once, though it may have had several positions.
void add_seeds(Job& job, const Best& previous) {
  std::vector<int32_t> groupOf(previous.keys.size(), -1);
  for (size_t i = 0; i < groupOf.size(); i++) {
    const auto& keys = job.best->keys;
    const auto at = std::find(keys.begin(), keys.end(), previous.keys[i]);
    if (at != keys.end()) groupOf[i] = static_cast<int32_t>(at - keys.begin());
  }
  job.seedGroups = previous.groups;
  job.seedPatches = previous.patches;
  job.problem.seedCount = previous.count;
  for (size_t row = 0; row < previous.groups.size(); row += previous.count) {
    for (size_t i = row; i < row + previous.count; i++) {
      int32_t group = previous.groups[i] < 0 ? -1 : groupOf[previous.groups[i]];
      for (size_t j = row; j < i && group >= 0; j++) {
        if (job.seedGroups[j] == group && job.seedPatches[j] == job.seedPatches[i]) group = -1;
      }
      job.seedGroups[i] = group;
    }
  }
}

// run(session, target, groups, features, labels, lists | undefined, callback): handle for cancel()
// callback({ cancelled, survivors, scored, badPatch, squares })
Napi::Value Run(const Napi::CallbackInfo& info) {
  Session& s = handle<Session>(info[0]);
  if (!s.engine->pool) throw Napi::Error::New(info.Env(), "The affinity engine is closed");
  auto target = s.new_frame();
  auto* pinned = new Pinned;
  pinned->arrays.push_back(Napi::Persistent(info[3].As<Napi::Object>()));
  auto job = std::make_shared<Job>(s.engine->backend, target, raw_features(info[3]));
  job->problem = s.problem;
  job->problem.labels = pinned->pin<Napi::Float32Array>(info[4]);
  if (info[5].IsObject()) {
    const auto lists = info[5].As<Napi::Object>();
    job->problem.counts = pinned->pin<Napi::Int32Array>(lists.Get("counts"));
    job->problem.positions = pinned->pin<Napi::Int32Array>(lists.Get("positions"));
    job->problem.patches = pinned->pin<Napi::Int32Array>(lists.Get("patches"));
    job->problem.scores = pinned->pin<Napi::Float64Array>(lists.Get("scores"));
  }
  job->mean = s.mean;
  job->best = std::make_shared<Best>();
  const auto groups = info[2].As<Napi::Array>();
  for (uint32_t g = 0; g < groups.Length(); g++) add_group(*job, s, groups.Get(g).As<Napi::Object>());
  if (s.best) add_seeds(*job, *s.best);
  s.best = job->best;
  job->seal();
  s.lastFrame = integer(info[1]);
  s.lastTarget = target;
  auto callback = Napi::ThreadSafeFunction::New(info.Env(), info[6].As<Napi::Function>(), "affinity", 0, 1);
  job->done = [callback, pinned](const Outcome& outcome) mutable {
    callback.BlockingCall([pinned, outcome](Napi::Env env, Napi::Function call) {
      delete pinned;
      auto result = Napi::Object::New(env);
      result.Set("cancelled", outcome.cancelled);
      result.Set("survivors", static_cast<double>(outcome.survivors));
      result.Set("scored", static_cast<double>(outcome.scored));
      result.Set("badPatch", outcome.badPatch);
      result.Set("squares", outcome.squares);
      call.Call({result});
    });
    callback.Release();
  };
  s.engine->pool->start(job);
  // JavaScript lets go of its handle late; a job that has ended must not wait for that.
  return wrap(info.Env(), new std::weak_ptr<Job>(job));
}

void Cancel(const Napi::CallbackInfo& info) {
  if (const auto job = handle<std::weak_ptr<Job>>(info[0]).lock()) job->cancel();
}

// peak(threads, narrow): fp32 FLOP/s of the best multiply-add this processor has, or of its 256-bit one; all threads at once
Napi::Value Peak(const Napi::CallbackInfo& info) {
  const auto has = [](const char* name) {
    const auto& all = choices();
    return std::any_of(all.begin(), all.end(), [&](const Choice& c) { return c.backend && c.name == std::string(name); });
  };
  const bool narrow = info[1].As<Napi::Boolean>();
  double (*const measure)() = has("avx512vnni") && !narrow ? fma_rate_avx512 : has("avx2") ? fma_rate_avx2 : nullptr;
  std::vector<double> rates(integer(info[0]));
  std::vector<std::thread> threads;
  for (double& rate : rates) {
    threads.emplace_back([&rate, measure] { rate = measure ? measure() : 0; });
  }
  for (auto& thread : threads) thread.join();
  double total = 0;
  for (const double rate : rates) total += 2 * rate;
  return Napi::Number::New(info.Env(), total);
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("backends", Napi::Function::New(env, Backends));
  exports.Set("createEngine", Napi::Function::New(env, CreateEngine));
  exports.Set("closeEngine", Napi::Function::New(env, CloseEngine));
  exports.Set("createSession", Napi::Function::New(env, CreateSession));
  exports.Set("add", Napi::Function::New(env, Add));
  exports.Set("adopt", Napi::Function::New(env, Adopt));
  exports.Set("drop", Napi::Function::New(env, Drop));
  exports.Set("clear", Napi::Function::New(env, Clear));
  exports.Set("run", Napi::Function::New(env, Run));
  exports.Set("cancel", Napi::Function::New(env, Cancel));
  exports.Set("peak", Napi::Function::New(env, Peak));
  return exports;
}

}  // namespace
}  // namespace affinity

static Napi::Object init_module(Napi::Env env, Napi::Object exports) { return affinity::Init(env, exports); }
NODE_API_MODULE(affinity, init_module)
