// How hls.js is set wherever it plays, and how it repeats requests that fail.

import type { HlsConfig, LoadPolicy, RetryConfig } from 'hls.js';
import { isPassing, retryDelay } from './backoff';

const kPatience = 3600; // requests that fail in passing are repeated about two hours long

// Shorter than for starting anew: the buffer holds about HOLD-BACK, and a server that restarts should
// be found again well within it.
const kLongestRetry = 2_000;

function policy(timeToFirstByte: number, timeToLoad: number): LoadPolicy {
  const retry: RetryConfig = {
    maxNumRetry: kPatience,
    retryDelayMs: retryDelay(0),
    maxRetryDelayMs: kLongestRetry,
    backoff: 'exponential',
    shouldRetry: (config, count, isTimeout, response) =>
      config !== null &&
      config !== undefined &&
      count < config.maxNumRetry &&
      (isTimeout || isPassing(response?.code ?? 0)),
  };
  return {
    default: {
      maxTimeToFirstByteMs: timeToFirstByte,
      maxLoadTimeMs: timeToLoad,
      timeoutRetry: retry,
      errorRetry: retry,
    },
  };
}

export const kHlsConfig: Partial<HlsConfig> = {
  enableWorker: false, // segments are CMAF: there is nothing to remultiplex, and no worker to wait for
  lowLatencyMode: false,
  liveSyncOnStallIncrease: 0, // on the minute again after a stall
  backBufferLength: 60,
  maxBufferLength: 30,
  maxMaxBufferLength: 60,
  capLevelToPlayerSize: true,
  startFragPrefetch: true,
  manifestLoadPolicy: policy(10_000, 20_000),
  playlistLoadPolicy: policy(10_000, 20_000),
  fragLoadPolicy: policy(10_000, 60_000),
};
