import { Button, Modal } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import classes from './CameraDialog.module.css';

/** Why the camera cannot be used, in words for a visitor. */
function refusal(error: unknown): string {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
      return 'The browser refused the camera. Allow it for this site (in the address bar, or in the system settings) and try again.';
    case 'NotFoundError':
      return 'This machine has no camera that the browser can see.';
    case 'NotReadableError':
      return 'The camera is used by another program. Close that one and try again.';
    default:
      return `The camera could not be started: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The camera's picture, and a button that takes it. The camera is switched off when the dialog closes. */
export default function CameraDialog(props: { onClose: () => void; onShot: (blob: Blob) => void }) {
  const { onClose, onShot } = props;
  const video = useRef<HTMLVideoElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [ready, setReady] = useState(false);

  useEffect(() => {
    let stream: MediaStream | null = null;
    let closed = false;
    const stop = () => stream?.getTracks().forEach((track) => track.stop());
    void (async () => {
      try {
        if (!navigator.mediaDevices) throw new Error('cameras need a secure (https) page.');
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
        if (closed) return stop();
        if (video.current) video.current.srcObject = stream;
      } catch (error) {
        if (!closed) setProblem(refusal(error));
      }
    })();
    return () => {
      closed = true;
      stop();
    };
  }, []);

  const shoot = () => {
    const source = video.current;
    if (!source) return;
    const canvas = document.createElement('canvas');
    canvas.width = source.videoWidth;
    canvas.height = source.videoHeight;
    canvas.getContext('2d')?.drawImage(source, 0, 0);
    canvas.toBlob((blob) => {
      if (blob) onShot(blob);
      onClose();
    }, 'image/png');
  };

  return (
    <Modal
      opened
      onClose={onClose}
      title="Take a picture"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close the camera' }}
    >
      {problem ? (
        <p className={classes.problem} role="alert" data-testid="camera-refusal">
          {problem}
        </p>
      ) : (
        <video
          ref={video}
          className={classes.video}
          autoPlay
          playsInline
          muted
          aria-label="What the camera sees"
          onLoadedMetadata={() => setReady(true)}
        />
      )}
      <div className={classes.actions}>
        <Button onClick={onClose}>Close</Button>
        <Button variant="filled" disabled={!ready || problem !== null} onClick={shoot} data-autofocus>
          Take it
        </Button>
      </div>
    </Modal>
  );
}
