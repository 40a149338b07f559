/** The camera as a scanner: pictures of the rear camera, a few a second, until codes are found or it is stopped. */
import { codesIn, drawing } from "./scan.js";

/** A proof code has 121 modules and more: what a camera gives by default is too coarse for it. */
const WANTED = {
  audio: false,
  video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } },
};
const PAUSE_MILLISECONDS = 80;
/** Every so many pictures one is tried harder: for blurred prints. */
const HARDER_EVERY = 6;

/** Why there is no camera, as the name of a sentence. */
export class NoCamera extends Error {
  constructor(sentence) {
    super(sentence);
    this.sentence = sentence;
  }
}

const SENTENCES = {
  NotAllowedError: "camera_refused",
  SecurityError: "camera_refused",
  NotFoundError: "camera_none",
  OverconstrainedError: "camera_none",
  NotReadableError: "camera_busy",
  AbortError: "camera_busy",
};

/** A running camera, shown in `video`. */
export class Camera {
  #video;
  #track;
  #running = true;

  constructor(video, track) {
    this.#video = video;
    this.#track = track;
  }

  /** Asks for the camera and shows it. Throws NoCamera. */
  static async start(video) {
    if (!globalThis.isSecureContext) throw new NoCamera("camera_insecure");
    if (!navigator.mediaDevices?.getUserMedia) throw new NoCamera("camera_none");
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia(WANTED);
    } catch (error) {
      throw new NoCamera(SENTENCES[error.name] ?? "camera_none");
    }
    video.srcObject = stream;
    // Not waited for: it comes with the first picture, and is broken off where the camera is stopped before.
    video.play().catch(() => {});
    return new Camera(video, stream.getVideoTracks()[0]);
  }

  /** Whether there is a light to switch on. */
  get hasTorch() {
    return Boolean(this.#track.getCapabilities?.().torch);
  }

  /** Switches the light. */
  torch(on) {
    return this.#track.applyConstraints({ advanced: [{ torch: on }] });
  }

  /** Calls `seen` with the codes of each picture that shows any, until the camera is stopped. */
  async watch(seen) {
    for (let count = 1; this.#running; count += 1) {
      const codes = await codesIn([this.#picture()], count % HARDER_EVERY === 0);
      if (this.#running && codes.length) seen(codes);
      await new Promise((resolve) => { setTimeout(resolve, PAUSE_MILLISECONDS); });
    }
  }

  /** Lets go of the camera. */
  stop() {
    this.#running = false;
    this.#track.stop();
    this.#video.srcObject = null;
  }

  #picture() {
    const [width, height] = [this.#video.videoWidth || 1, this.#video.videoHeight || 1];
    const context = drawing(width, height);
    context.drawImage(this.#video, 0, 0);
    return context.getImageData(0, 0, width, height);
  }
}
