;;; eglot.el --- Emacs and eglot on one file, in batch mode  -*- lexical-binding: t -*-
;; Set up as docs/editors.md says: a Flymake diagnostic that matches, a hover, a clean end of the server.
;; Environment: DOCUMENTATION (the page), LSP_FILE, LSP_EXPECT (a regular expression); `braid' in PATH.
;; Written for Emacs 28 with Debian's elpa-eglot.

(require 'package)
(package-initialize) ; Debian's elpa folder
(require 'eglot)
(require 'flymake)

(defun test-until (what condition)
  "Handle process output until CONDITION holds and return its value; fail naming WHAT after a while."
  (let ((end (+ (float-time) 20)) value)
    (while (not (or (setq value (funcall condition)) (> (float-time) end)))
      (accept-process-output nil 0.05))
    (or value (error "waited in vain for %s" what))))

(defun test-evaluate-documentation ()
  "Evaluate the page's block for Emacs."
  (with-temp-buffer
    (insert-file-contents (getenv "DOCUMENTATION"))
    (search-forward "```elisp\n")
    (let ((start (point)))
      (search-forward "```")
      (eval-region start (match-beginning 0)))))

(defun test-run ()
  (let ((expected (getenv "LSP_EXPECT")))
    (setq eglot-sync-connect t
          eglot-autoreconnect nil
          eglot-events-buffer-size 0
          flymake-start-on-flymake-mode nil)
    (test-evaluate-documentation)
    (find-file (expand-file-name (getenv "LSP_FILE")))
    ;; eglot-ensure connects after the current command, and there are no commands in batch mode.
    (let* ((server (apply #'eglot--connect (eglot--guess-contact)))
           (process (jsonrpc--process server)))
      (flymake-mode 1)
      (flymake-start)
      (let ((found (test-until (format "a diagnostic like %s" expected)
                               (lambda ()
                                 (seq-find (lambda (d) (string-match-p expected (flymake-diagnostic-text d)))
                                           (flymake-diagnostics))))))
        (princ (format "%d: %s\n" (line-number-at-pos (flymake-diagnostic-beg found)) (flymake-diagnostic-text found)))
        (goto-char (flymake-diagnostic-beg found)))
      (jsonrpc-request server :textDocument/hover (eglot--TextDocumentPositionParams))
      ;; By hand, since eglot-shutdown kills the process before it can end by itself.
      (jsonrpc-request server :shutdown nil)
      (jsonrpc-notify server :exit nil)
      (test-until "the server's end" (lambda () (not (process-live-p process))))
      (unless (eq 0 (process-exit-status process))
        (error "exit code of the language server: %s" (process-exit-status process))))))

(condition-case err
    (progn (test-run) (kill-emacs 0))
  (error (message "%s" (error-message-string err))
         (kill-emacs 1)))
