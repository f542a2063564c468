'use strict';
// What the server's lines say, and what follows from two of them. No document here.

const ACTIONS = ['aborted', 'drop', 'pass', 'tx', 'redirect'];
// From the top of a chart to its bottom. Lines are drawn in this order too: one that lies on another, as its verdict adds
// nothing to the stack, is hidden by it.
const STACK = ['aborted', 'drop', 'tx', 'redirect', 'pass'];

// Counters go up to 2^64-1, which a number of JavaScript cannot hold: they become strings, then BigInt. No string of
// JSON contains this pattern, as a quote inside a string has a backslash before it.
function parseLines(text) {
  return text.split('\n').filter((line) => line !== '').map((line) => {
    const device = JSON.parse(line.replace(/"(packets|bytes)":(\d+)/g, '"$1":"$2"'));
    for (const action of ACTIONS) {
      const counter = device.actions[action];
      counter.packets = BigInt(counter.packets);
      counter.bytes = BigInt(counter.bytes);
    }
    device.at = parseTime(device.time);
    device.title = device.netns ? device.netns + ':' + device.device : device.device;
    return device;
  });
}

// Milliseconds, with the fraction that Date.parse leaves out.
function parseTime(text) {
  const [, second, fraction] = /^(.*?)\.(\d+)Z$/.exec(text);
  return Date.parse(second + 'Z') + Number('0.' + fraction) * 1000;
}

// Why `now` does not go on from `before`; '' if it does.
function breakBetween(before, now) {
  const back = ACTIONS.some((action) => now.actions[action].packets < before.actions[action].packets ||
    now.actions[action].bytes < before.actions[action].bytes);
  if (now.map_id !== before.map_id) {
    return 'its counters were replaced by new ones';
  }
  return back ? 'its counters went back' : '';
}

// Packets and bytes a second of each action between two samples that belong together.
function ratesBetween(before, now) {
  const seconds = (now.at - before.at) / 1000;
  const rates = {};
  for (const action of ACTIONS) {
    rates[action] = {
      packets: Number(now.actions[action].packets - before.actions[action].packets) / seconds,
      bytes: Number(now.actions[action].bytes - before.actions[action].bytes) / seconds,
    };
  }
  return rates;
}

function sumOf(rates, unit) {
  return rates ? ACTIONS.reduce((sum, action) => sum + rates[action][unit], 0) : 0;
}

function whole(number) {
  return number.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

// Three digits and a decimal prefix, as the table of xdp-stats has them.
function scaled(rate) {
  let prefix = 0;
  while (rate >= 999.5 && prefix < 6) {
    rate /= 1000;
    ++prefix;
  }
  const digits = rate === 0 || (prefix === 0 && rate >= 100) ? 0 : rate < 9.995 ? 2 : rate < 99.95 ? 1 : 0;
  return rate.toFixed(digits) + ['', 'k', 'M', 'G', 'T', 'P', 'E'][prefix];
}
