/** Pictures, voices and videos to send: from a file, or generated. */

const LARGEST = 5 * 1024 * 1024;

/** Reads a file as a data URL; throws `tooBig`. */
export function readFile(file) {
  if (file.size > LARGEST) throw new Error('tooBig');
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(reader.result));
    reader.addEventListener('error', () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}

/** The generated files. */
export const SAMPLES = { image: drawSample, voice: soundSample, video: filmSample };

/** Draws hills under a sun. */
function drawSample() {
  const canvas = newCanvas();
  paint(canvas, 66);
  return canvas.toDataURL('image/png');
}

/** Films a second of sunset; returns nothing in a browser that cannot. */
async function filmSample() {
  if (!globalThis.MediaRecorder) return undefined;
  const canvas = newCanvas();
  const recorder = new MediaRecorder(canvas.captureStream(15), { mimeType: 'video/webm' });
  const parts = [];
  recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
  const ended = new Promise((resolve) => recorder.addEventListener('stop', resolve));
  let height = 50;
  const frames = setInterval(() => {
    height += 5;
    paint(canvas, height);
  }, 50);
  paint(canvas, height);
  recorder.start();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  recorder.stop();
  clearInterval(frames);
  await ended;
  return readFile(new Blob(parts, { type: 'video/webm' }));
}

const newCanvas = () =>
  Object.assign(document.createElement('canvas'), { width: 320, height: 240 });

function paint(canvas, height) {
  const pen = canvas.getContext('2d');
  const sky = pen.createLinearGradient(0, 0, 0, 240);
  sky.addColorStop(0, '#7ec8f2');
  sky.addColorStop(1, '#fdf3d6');
  pen.fillStyle = sky;
  pen.fillRect(0, 0, 320, 240);
  const disc = (colour, x, y, radius) => {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fill();
  };
  disc('#ffd75e', 236, height, 26);
  disc('#5fb878', 70, 330, 170);
  disc('#3d9a63', 260, 350, 180);
}

const RATE = 8000;

/** Creates one second of a fading tone, as WAV. */
function soundSample() {
  const view = new DataView(new ArrayBuffer(44 + 2 * RATE));
  const write = (at, text) =>
    [...text].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
  write(0, 'RIFF');
  view.setUint32(4, 36 + 2 * RATE, true);
  write(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, 2 * RATE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  write(36, 'data');
  view.setUint32(40, 2 * RATE, true);
  for (let n = 0; n < RATE; n += 1) {
    const loud = 8000 * Math.exp((-4 * n) / RATE);
    view.setInt16(44 + 2 * n, loud * Math.sin((2 * Math.PI * 523 * n) / RATE), true);
  }
  let bytes = '';
  for (const byte of new Uint8Array(view.buffer)) bytes += String.fromCharCode(byte);
  return `data:audio/wav;base64,${btoa(bytes)}`;
}
